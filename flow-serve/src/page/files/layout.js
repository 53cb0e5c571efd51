// Where the boxes of a graph stand: in layers, each below all that it depends on, with few crossings and short lines.

const BESIDE = 18;
const BELOW = 40;

/** Places boxes ({ id, width, height }) joined by edges ({ from, to }). Gives places by id, points by edge, and the size of it all. */
export const layout = (boxes, edges) => {
  const cells = new Map(boxes.map((box) => [box.id, { ...box, up: [], down: [], x: 0 }]));
  const sound = edges.filter((edge) => cells.has(edge.from) && cells.has(edge.to));
  const ranks = rank(boxes, sound);
  const depth = Math.max(0, ...ranks.values());
  const layers = Array.from({ length: depth + 1 }, () => []);
  for (const [id, cell] of cells) layers[ranks.get(id)].push(cell);
  const chains = sound.map((edge) => chain(edge, cells, ranks, layers));
  order(layers);
  settle(layers);
  return measure(cells, layers, sound, chains);
};

/** The layer of each box: one below the lowest that it depends on. */
const rank = (boxes, edges) => {
  const ranks = new Map(boxes.map((box) => [box.id, 0]));
  for (let round = 0; round < boxes.length; round += 1) {
    let moved = false;
    for (const { from, to } of edges) {
      if (ranks.get(to) <= ranks.get(from)) {
        ranks.set(to, ranks.get(from) + 1);
        moved = true;
      }
    }
    if (!moved) break;
  }
  // What waits for nothing stands right above what needs it.
  for (const box of boxes) {
    const needs = edges.some((edge) => edge.to === box.id);
    const needed = edges.filter((edge) => edge.from === box.id).map((edge) => ranks.get(edge.to));
    if (!needs && needed.length > 0) ranks.set(box.id, Math.min(...needed) - 1);
  }
  return ranks;
};

/** The cells through which an edge goes; those between its ends are only there to keep a way free. */
const chain = (edge, cells, ranks, layers) => {
  const way = [cells.get(edge.from)];
  for (let at = ranks.get(edge.from) + 1; at < ranks.get(edge.to); at += 1) {
    const between = { width: 8, height: 0, up: [], down: [], x: 0, isWay: true };
    layers[at].push(between);
    way.push(between);
  }
  way.push(cells.get(edge.to));
  for (let index = 1; index < way.length; index += 1) {
    way[index - 1].down.push(way[index]);
    way[index].up.push(way[index - 1]);
  }
  return way;
};

const number = (layers) => layers.forEach((layer) => layer.forEach((cell, index) => { cell.index = index; }));

const crossings = (layers) => {
  let count = 0;
  for (const layer of layers) {
    const lines = layer.flatMap((cell) => cell.down.map((other) => [cell.index, other.index]));
    for (let one = 0; one < lines.length; one += 1) {
      for (let two = one + 1; two < lines.length; two += 1) {
        if ((lines[one][0] - lines[two][0]) * (lines[one][1] - lines[two][1]) < 0) count += 1;
      }
    }
  }
  return count;
};

/** Orders layers by where their neighbours stand, downwards and upwards, from several beginnings, and keeps the best. */
const order = (layers) => {
  number(layers);
  let [best, kept] = [crossings(layers), layers.map((layer) => [...layer])];
  // The same flow is to look the same each time: chance from a fixed seed.
  let seed = 7;
  const chance = () => {
    seed = (seed * 48271) % 2147483647;
    return seed;
  };
  const starts = layers.flat().length > 80 ? 2 : 12;
  for (let start = 0; start < starts && best > 0; start += 1) {
    if (start > 0) {
      for (const layer of layers) {
        const keys = new Map(layer.map((cell) => [cell, chance()]));
        layer.sort((one, two) => keys.get(one) - keys.get(two));
      }
      number(layers);
    }
    for (let sweep = 0; sweep < 10 && best > 0; sweep += 1) {
      arrange(layers, sweep % 2 === 0 ? "up" : "down");
      const count = crossings(layers);
      if (count < best) [best, kept] = [count, layers.map((layer) => [...layer])];
    }
  }
  kept.forEach((layer, index) => layers[index].splice(0, Infinity, ...layer));
  number(layers);
};

/** Orders each layer by the middle of its neighbours above (`up`) or below (`down`). */
const arrange = (layers, side) => {
  for (const layer of side === "up" ? layers : [...layers].reverse()) {
    const mean = (cell) => (cell[side].length === 0 ? cell.index : cell[side].reduce((sum, other) => sum + other.index, 0) / cell[side].length);
    const means = new Map(layer.map((cell) => [cell, mean(cell)]));
    layer.sort((one, two) => means.get(one) - means.get(two));
    layer.forEach((cell, index) => { cell.index = index; });
  }
};

/** Moves boxes to the middle of their neighbours, as near as their order lets them. */
const settle = (layers) => {
  for (const layer of layers) spread(layer, () => 0);
  for (let sweep = 0; sweep < 16; sweep += 1) {
    const sides = sweep === 15 ? ["up", "down"] : [sweep % 2 === 0 ? "up" : "down"];
    const sequence = sweep % 2 === 0 ? layers : [...layers].reverse();
    for (const layer of sequence) {
      spread(layer, (cell) => {
        let [sum, weights] = [0, 0];
        for (const other of sides.flatMap((side) => cell[side])) {
          // Long lines are to be straight, and boxes stand by boxes rather than by lines that pass.
          const weight = cell.isWay && other.isWay ? 6 : cell.isWay || other.isWay ? 0.5 : 2;
          sum += other.x * weight;
          weights += weight;
        }
        return weights === 0 ? cell.x : sum / weights;
      });
    }
  }
};

/** Gives each cell of a layer the place that it wants, as well as possible: neighbours that would overlap move together. */
const spread = (layer, wish) => {
  let offset = 0;
  const groups = [];
  layer.forEach((cell, index) => {
    if (index > 0) offset += (layer[index - 1].width + cell.width) / 2 + BESIDE;
    let group = { sum: wish(cell) - offset, count: 1, cells: [[cell, offset]] };
    while (groups.length > 0 && groups.at(-1).sum / groups.at(-1).count >= group.sum / group.count) {
      const before = groups.pop();
      group = { sum: before.sum + group.sum, count: before.count + group.count, cells: [...before.cells, ...group.cells] };
    }
    groups.push(group);
  });
  for (const group of groups) for (const [cell, at] of group.cells) cell.x = group.sum / group.count + at;
};

const measure = (cells, layers, edges, chains) => {
  let top = 0;
  for (const layer of layers) {
    const height = Math.max(0, ...layer.map((cell) => cell.height));
    for (const cell of layer) Object.assign(cell, { y: top + height / 2, top, bottom: top + height });
    top += height + BELOW;
  }
  const all = layers.flat();
  const left = all.length === 0 ? 0 : Math.min(...all.map((cell) => cell.x - cell.width / 2));
  const right = all.length === 0 ? 0 : Math.max(...all.map((cell) => cell.x + cell.width / 2));
  for (const cell of all) cell.x -= left;
  const places = new Map([...cells].map(([id, cell]) => [id, { x: cell.x, y: cell.y, width: cell.width, height: cell.height }]));
  return { places, width: right - left, height: Math.max(0, top - BELOW), lines: edges.map((edge, index) => ({ ...edge, path: path(chains[index]) })) };
};

/** A line through the cells of a chain: straight down past boxes, and in a bow between layers. */
const path = (way) => {
  const first = way[0];
  let text = `M${first.x} ${first.y + first.height / 2}`;
  let from = { x: first.x, y: first.y + first.height / 2 };
  way.slice(1).forEach((cell) => {
    const to = { x: cell.x, y: cell.isWay ? cell.top : cell.y - cell.height / 2 };
    const middle = (from.y + to.y) / 2;
    text += ` C${from.x} ${middle} ${to.x} ${middle} ${to.x} ${to.y}`;
    from = to;
    if (cell.isWay) {
      text += ` L${cell.x} ${cell.bottom}`;
      from = { x: cell.x, y: cell.bottom };
    }
  });
  return text;
};
