// The flow's graph beside the answer: what each node does now, and what it did.
import { draw, make, time } from "./dom.js";
import { layout } from "./layout.js";
import { WORDS } from "./record.js";

const WIDTH = 208;
const HEIGHT = 48;
const INPUTS = "inputs:";
const OUTPUTS = "outputs:";
const SIGNS = { llm: "✦", prompt: "¶", tool: "⚙", python: "λ", flow: "⧉", inputs: "↓", outputs: "✓" };

const pen = document.createElement("canvas").getContext("2d");

/** A text within so many pixels. */
const shorten = (text, font, most) => {
  pen.font = `${font} system-ui, -apple-system, "Segoe UI", Roboto, sans-serif`;
  const signs = [...text];
  if (pen.measureText(text).width <= most) return text;
  while (signs.length > 1 && pen.measureText(`${signs.join("")}…`).width > most) signs.pop();
  return `${signs.join("")}…`;
};

/** Boxes and lines: one box for all inputs, one for all outputs, and the nodes between. */
const picture = ({ graph, inputs, outputs }) => {
  const boxes = graph.nodes.map((node) => ({ id: `node:${node.name}`, node, width: WIDTH, height: HEIGHT }));
  const ends = [];
  const edges = [];
  const add = (from, to, isCondition) => {
    if (!edges.some((edge) => edge.from === from && edge.to === to)) edges.push({ from, to, isCondition });
  };
  if (inputs.length > 0) ends.push({ id: INPUTS, kind: "inputs", text: count(inputs, "input"), width: 116, height: 32 });
  if (outputs.length > 0) ends.push({ id: OUTPUTS, kind: "outputs", text: count(outputs, "output"), width: 116, height: 32 });
  for (const node of graph.nodes) {
    const to = `node:${node.name}`;
    const condition = node.condition ?? { inputs: [], nodes: [] };
    for (const from of node.nodes) add(`node:${from}`, to, false);
    for (const from of condition.nodes) add(`node:${from}`, to, true);
    // What waits for other nodes has the inputs as well; a line for each would hide how the nodes hang together.
    const waits = node.nodes.length + condition.nodes.length > 0;
    if (!waits && node.inputs.length > 0) add(INPUTS, to, false);
    else if (!waits && condition.inputs.length > 0) add(INPUTS, to, true);
  }
  for (const { node } of graph.outputs) add(node === null ? INPUTS : `node:${node}`, OUTPUTS, false);
  return { boxes: [...ends, ...boxes], edges };
};

const count = (list, word) => (list.length === 1 ? `1 ${word}` : `${list.length} ${word}s`);

/** What a node is, for people. */
export const describe = (node) => [node.kind, node.detail].filter(Boolean).join(" · ");

/** The graph of a flow. `choose` is told which box was picked. */
export class Graph {
  constructor(description, choose) {
    const { boxes, edges } = picture(description);
    this.layout = layout(boxes, edges);
    this.choose = choose;
    this.boxes = new Map();
    this.order = boxes.map((box) => box.id);
    const { width, height, lines, places } = this.layout;
    const pad = 8;
    this.lines = lines.map((line) => draw("path", { d: line.path, className: line.isCondition ? "line if" : "line" }));
    const svg = draw("svg", { className: "graph", role: "group", "aria-label": "Steps of the flow; arrow keys go from one to another",
      viewBox: `${-pad} ${-pad} ${width + 2 * pad} ${height + 2 * pad}`, width: width + 2 * pad, height: height + 2 * pad });
    // Wide graphs become smaller only as far as they can be read; then they scroll.
    svg.style.minWidth = `${Math.round(Math.min(width + 2 * pad, 0.66 * width))}px`;
    svg.append(...this.lines, ...boxes.map((box) => this.box(box, places.get(box.id))));
    svg.addEventListener("keydown", (event) => this.step(event));
    this.rove(this.order.find((id) => places.get(id).y === Math.min(...[...places.values()].map((place) => place.y))));
    this.element = make("div", { className: "graph-scroll" }, svg);
  }

  box(box, place) {
    const kind = box.node?.kind ?? box.kind;
    const name = box.node?.name ?? box.text;
    const [left, top] = [place.x - place.width / 2, place.y - place.height / 2];
    const group = draw("g", { className: `box ${kind}`, tabindex: "-1", role: "button", transform: `translate(${left} ${top})` });
    const title = draw("title", { text: name });
    if (box.node?.for_each || box.node?.loop) {
      group.append(draw("rect", { className: "sheet", x: 4, y: 4, width: place.width, height: place.height, rx: 10 }));
    }
    group.append(title, draw("rect", { className: "card-shape", width: place.width, height: place.height, rx: box.node ? 10 : 16 }));
    const middle = place.height / 2;
    group.append(draw("circle", { className: "sign-back", cx: box.node ? 24 : 17, cy: middle, r: box.node ? 13 : 9 }),
      draw("text", { className: "sign", x: box.node ? 24 : 17, y: middle, text: SIGNS[kind] ?? "•", "aria-hidden": "true" }));
    const state = draw("text", { className: "state", x: place.width - 12, y: middle - 7, "aria-hidden": "true" });
    if (box.node) {
      group.append(draw("text", { className: "name", x: 46, y: middle - 7, text: shorten(name, "600 13.5px", WIDTH - 46 - 62) }),
        draw("text", { className: "detail", x: 46, y: middle + 10, text: shorten(describe(box.node), "12px", WIDTH - 46 - 10) }), state);
    } else {
      group.append(draw("text", { className: "name", x: 34, y: middle, text: name }));
    }
    group.append(draw("rect", { className: "ring", x: -3, y: -3, width: place.width + 6, height: place.height + 6, rx: box.node ? 12 : 18 }));
    group.addEventListener("click", () => this.pick(box.id));
    group.addEventListener("focus", () => this.rove(box.id));
    this.boxes.set(box.id, { group, state, title, box, name });
    this.tell(box.id, { state: "waiting" });
    return group;
  }

  /** Shows what a record tells; nothing of it, if there is none. */
  show(record, only) {
    for (const [id, { box }] of this.boxes) {
      if (!box.node || (only !== undefined && box.node.name !== only)) continue;
      this.tell(id, record?.node(box.node.name) ?? { state: "waiting" });
    }
    if (this.boxes.has(INPUTS)) this.tell(INPUTS, { state: record?.inputs === undefined ? "waiting" : "done" });
    if (this.boxes.has(OUTPUTS)) this.tell(OUTPUTS, { state: record?.outputs === undefined ? "waiting" : "done" });
    this.layout.lines.forEach((line, index) => {
      const state = (id) => this.boxes.get(id)?.group.dataset.state;
      this.lines[index].classList.toggle("went", state(line.from) === "done" && !["waiting", "bypassed"].includes(state(line.to)));
    });
  }

  tell(id, node) {
    const { group, state, title, box, name } = this.boxes.get(id);
    const figure = { done: time(node.elapsed), failed: "failed", bypassed: "left out", stopped: "stopped", running: "…" }[node.state] ?? "";
    group.dataset.state = node.state;
    if (box.node) state.textContent = figure;
    const words = box.node ? `${name}, ${describe(box.node)}, ${WORDS[node.state]}${node.state === "done" ? ` in ${time(node.elapsed)}` : ""}` : name;
    group.setAttribute("aria-label", words);
    title.textContent = box.node?.condition ? `${words}; runs if ${box.node.condition.text}` : words;
  }

  /** Puts the middle of a wide graph in sight. */
  centre() {
    this.element.scrollLeft = (this.element.scrollWidth - this.element.clientWidth) / 2;
  }

  /** Picks a box, as by a click. */
  pick(id) {
    this.rove(id);
    const { box } = this.boxes.get(id);
    this.mark(id);
    this.choose(box.node ? { node: box.node } : { end: box.kind }, this.boxes.get(id).group);
  }

  /** Marks the box that is shown in full; none, if there is none. */
  mark(id) {
    for (const [other, { group }] of this.boxes) group.classList.toggle("picked", other === id);
  }

  /** Which box the tabulator key reaches; from there, arrows lead to the others. */
  rove(id) {
    for (const [other, { group }] of this.boxes) group.setAttribute("tabindex", other === id ? "0" : "-1");
    this.at = id;
  }

  step(event) {
    const at = this.layout.places.get(this.at);
    const ways = { ArrowDown: [0, 1], ArrowUp: [0, -1], ArrowRight: [1, 0], ArrowLeft: [-1, 0] };
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      this.pick(this.at);
    } else if (ways[event.key]) {
      event.preventDefault();
      const [right, down] = ways[event.key];
      const distance = ({ x, y }) => {
        const [along, aside] = right === 0 ? [(y - at.y) * down, Math.abs(x - at.x)] : [(x - at.x) * right, Math.abs(y - at.y) * 4];
        return along > 1 ? along + aside / 2 : Infinity;
      };
      const next = this.order.map((id) => [distance(this.layout.places.get(id)), id]).sort((one, two) => one[0] - two[0])[0];
      if (next && next[0] < Infinity) {
        this.rove(next[1]);
        this.boxes.get(next[1]).group.focus();
        this.boxes.get(next[1]).group.scrollIntoView({ block: "nearest", inline: "nearest" });
      }
    }
  }
}
