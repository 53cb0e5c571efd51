"use strict";
// The table of rows. What rows hold is written as text alone: nothing here makes markup of it.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const byId = (id) => document.getElementById(id);
  const rowCount = data.lines.length;
  const cut = new Map(data.cut);
  // Beyond so many pairs of words no difference is looked for.
  const MOST_PAIRS = 4_000_000;
  const EXCERPT = 240;

  const state = {
    query: "", score: 0, show: "all", slices: data.slices.map(() => -1),
    sort: "line", descending: false, page: 0, size: 50, open: new Set(), repeat: new Map(),
  };
  let order = [];

  // Elements; children that are strings become text.
  function make(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes ?? {})) {
      if (value === undefined || value === false) continue;
      if (name === "onclick") element.addEventListener("click", value);
      else element.setAttribute(name, value);
    }
    element.append(...children);
    return element;
  }

  // ---- numbers -------------------------------------------------------------------------------------------------------------

  function figure(value) {
    if (value === null || Number.isNaN(value)) return "–";
    const size = Math.abs(value);
    if (Number.isInteger(value) && size < 1e6) return String(value);
    return size !== 0 && size < 0.01 ? value.toFixed(5) : size < 10 ? value.toFixed(3) : value.toFixed(1);
  }
  const signed = (value) => (value > 0 ? "+" : value < 0 ? "−" : "±") + figure(Math.abs(value));
  const count = (number) => number.toLocaleString("en");
  const time = (milliseconds) =>
    milliseconds === null ? "" : milliseconds < 1000 ? `${milliseconds.toFixed(milliseconds < 10 ? 1 : 0)} ms` : `${(milliseconds / 1000).toFixed(2)} s`;

  // ---- what rows hold ------------------------------------------------------------------------------------------------------

  const ofVariant = data.variants.map((_, variant) => data.answers.filter((answers) => answers.variant === variant));

  // The scores of rows by variant: the mean of the repetitions.
  const means = new Map();
  function meansOf(score) {
    if (!means.has(score)) {
      means.set(score, ofVariant.map((repeats) => {
        const values = new Float64Array(rowCount).fill(NaN);
        for (let row = 0; row < rowCount; row += 1) {
          let sum = 0, known = 0;
          for (const answers of repeats) {
            const value = answers.scores[score]?.[row] ?? null;
            if (value !== null) { sum += value; known += 1; }
          }
          if (known > 0) values[row] = sum / known;
        }
        return values;
      }));
    }
    return means.get(score);
  }

  // How much better a variant is than the baseline: the greatest difference of all, losses first.
  function gain(score, variant, row) {
    const values = meansOf(score);
    const before = values[data.baseline][row], after = values[variant][row];
    const lower = data.scores[score]?.lower;
    if (Number.isNaN(before) && Number.isNaN(after)) return 0;
    if (Number.isNaN(after)) return -Infinity;
    if (Number.isNaN(before)) return Infinity;
    return lower ? before - after : after - before;
  }
  const others = data.variants.map((_, variant) => variant).filter((variant) => variant !== data.baseline);
  function change(score, row) {
    let most = 0;
    for (const variant of others) {
      const found = gain(score, variant, row);
      if (Math.abs(found) > Math.abs(most) || (Math.abs(found) === Math.abs(most) && found < most)) most = found;
    }
    return most;
  }

  const isFailing = (row) => data.answers.some((answers) =>
    row in answers.errors || answers.verdicts.some((verdicts) => verdicts[row] === "-"));
  // The columns of outputs that a variant and the baseline have, side by side.
  const pairs = data.variants.map((_, variant) => {
    const [one, other] = [ofVariant[data.baseline][0]?.outputs, ofVariant[variant][0]?.outputs];
    const column = (outputs, name) => outputs.columns[outputs.names.indexOf(name)] ?? [];
    return one && other ? [...new Set([...one.names, ...other.names])].map((name) => [column(one, name), column(other, name)]) : [];
  });
  const differs = (row) => others.some((variant) => pairs[variant].some(([one, other]) => (one[row] ?? -1) !== (other[row] ?? -1)));

  const shows = [
    ["all", "All rows", () => true],
    ...(others.length ? [
      ["changed", "Score differs", (row) => change(state.score, row) !== 0],
      ["worse", "Worse than the baseline", (row) => others.some((variant) => gain(state.score, variant, row) < 0)],
      ["better", "Better than the baseline", (row) => others.some((variant) => gain(state.score, variant, row) > 0)],
      ["outputs", "Outputs differ", differs],
    ] : []),
    ["failing", "Failed, or not passed", isFailing],
  ];

  // ---- filtering and sorting -----------------------------------------------------------------------------------------------

  const lowered = [];
  function searched(query) {
    const words = query.toLowerCase().split(/\s+/).filter(Boolean);
    if (!words.length) return () => true;
    if (!lowered.length) for (const text of data.texts) lowered.push(text.toLowerCase());
    const hits = words.map((word) => lowered.map((text) => text.includes(word)));
    const columns = [...data.inputs.columns, ...data.given.columns, ...data.answers.flatMap((answers) => answers.outputs.columns)];
    return (row) => hits.every((hit, word) =>
      String(data.lines[row]) === words[word]
      || columns.some((column) => column[row] >= 0 && hit[column[row]])
      || data.answers.some((answers) => row in answers.errors && hit[answers.errors[row]]));
  }

  function sortKey() {
    if (state.sort === "line") return (row) => row;
    if (state.sort === "input") {
      const collator = new Intl.Collator("en", { numeric: true });
      const column = data.inputs.columns[0] ?? [];
      const texts = [...new Set(column)].sort((one, other) => collator.compare(data.texts[one] ?? "", data.texts[other] ?? ""));
      const rank = new Map(texts.map((text, position) => [text, position]));
      return (row) => rank.get(column[row]) ?? -1;
    }
    if (state.sort === "change") return (row) => change(state.score, row);
    const values = meansOf(state.score)[Number(state.sort)];
    return (row) => values[row];
  }

  function arrange() {
    const matches = searched(state.query);
    const shown = shows.find(([name]) => name === state.show)[2];
    order = [];
    for (let row = 0; row < rowCount; row += 1) {
      if (state.slices.every((value, column) => value < 0 || data.slices[column].of[row] === value) && shown(row) && matches(row)) {
        order.push(row);
      }
    }
    const key = sortKey();
    const keys = new Map(order.map((row) => [row, key(row)]));
    const sign = state.descending ? -1 : 1;
    order.sort((one, other) => {
      const [a, b] = [keys.get(one), keys.get(other)];
      // Rows without a score come last, whichever way.
      if (Number.isNaN(a) || Number.isNaN(b)) return (Number.isNaN(a) ? 1 : 0) - (Number.isNaN(b) ? 1 : 0) || one - other;
      return a === b ? one - other : a < b ? -sign : sign;
    });
    state.page = Math.min(state.page, Math.max(0, Math.ceil(order.length / state.size) - 1));
  }

  // ---- words that differ ---------------------------------------------------------------------------------------------------

  const wordsOf = (text) => text.match(/\s+|[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu) ?? [];

  // What is kept, left out and put in, as pairs of a tag and a text.
  function difference(before, after) {
    const [one, other] = [wordsOf(before), wordsOf(after)];
    let begin = 0, end = 0;
    while (begin < Math.min(one.length, other.length) && one[begin] === other[begin]) begin += 1;
    while (end < Math.min(one.length, other.length) - begin && one[one.length - 1 - end] === other[other.length - 1 - end]) end += 1;
    const [left, right] = [one.slice(begin, one.length - end), other.slice(begin, other.length - end)];
    return joined([["", one.slice(0, begin).join("")], ...middle(left, right), ["", one.slice(one.length - end).join("")]]);
  }
  function middle(left, right) {
    const [rows, columns] = [left.length, right.length];
    if (!rows || !columns || rows * columns > MOST_PAIRS) return [["del", left.join("")], ["ins", right.join("")]];
    // The longest common row of words of what is behind each pair.
    const width = columns + 1, lengths = new Uint16Array((rows + 1) * width);
    for (let row = rows - 1; row >= 0; row -= 1) {
      for (let column = columns - 1; column >= 0; column -= 1) {
        lengths[row * width + column] = left[row] === right[column]
          ? lengths[(row + 1) * width + column + 1] + 1
          : Math.max(lengths[(row + 1) * width + column], lengths[row * width + column + 1]);
      }
    }
    const parts = [];
    let row = 0, column = 0;
    while (row < rows || column < columns) {
      if (row < rows && column < columns && left[row] === right[column]) {
        parts.push(["", left[row]]); row += 1; column += 1;
      } else if (column >= columns || (row < rows && lengths[(row + 1) * width + column] >= lengths[row * width + column + 1])) {
        parts.push(["del", left[row]]); row += 1;
      } else {
        parts.push(["ins", right[column]]); column += 1;
      }
    }
    return parts;
  }
  // Neighbours of one kind become one; spaces alone between changes belong to them.
  function joined(parts) {
    const found = [];
    let removed = "", added = "";
    const flush = () => {
      if (removed) found.push(["del", removed]);
      if (added) found.push(["ins", added]);
      removed = ""; added = "";
    };
    parts.filter(([, text]) => text).forEach(([tag, text], position, all) => {
      if (tag === "del") removed += text;
      else if (tag === "ins") added += text;
      else if (/^\s+$/.test(text) && (removed || added) && all[position + 1]?.[0]) { removed += text; added += text; }
      else { flush(); found.push(["", text]); }
    });
    flush();
    return found;
  }

  // ---- one row, opened -----------------------------------------------------------------------------------------------------

  // How often a line of the data may be looked up, for texts that were cut.
  function rest(text, row) {
    if (!cut.has(text)) return [];
    const command = data.command.replace("LINE", String(data.lines[row]));
    return [make("p", { class: "muted small" }, `The first ${count([...data.texts[text]].length)} of ${count(cut.get(text))} characters. The whole text:`,
      make("code", { class: "command" }, command))];
  }
  function block(name, text, row, before) {
    const value = make("div", { class: "value", dir: "auto" });
    if (before === undefined || before === text || !byId("mark").checked) value.append(data.texts[text]);
    else for (const [tag, words] of difference(data.texts[before], data.texts[text])) value.append(tag ? make(tag, null, words) : words);
    return make("div", { class: "block" }, make("dt", { class: "key" }, name), make("dd", null, value, ...rest(text, row)));
  }
  function blocks(columns, row, before) {
    const list = make("dl");
    columns.names.forEach((name, position) => {
      const text = columns.columns[position][row];
      const old = before?.columns[before.names.indexOf(name)]?.[row];
      if (text >= 0) list.append(block(name, text, row, old >= 0 ? old : undefined));
    });
    return list;
  }

  function panel(variant, row, repeat) {
    const answers = ofVariant[variant].find((answers) => answers.repeat === repeat) ?? ofVariant[variant][0];
    const before = ofVariant[data.baseline].find((answers) => answers.repeat === repeat) ?? ofVariant[data.baseline][0];
    const took = [time(answers.latency[row]), answers.cost[row] === null ? "" : `$${answers.cost[row]}`].filter(Boolean).join(" · ");
    const chips = make("ul", { class: "chips", "aria-label": "Scores" });
    data.scores.forEach((score, position) => {
      const verdict = answers.verdicts[position][row];
      const better = variant === data.baseline ? 0 : gain(position, variant, row);
      const mood = verdict === "-" ? " failed" : better > 0 ? " gain" : better < 0 ? " loss" : "";
      const passed = verdict === "+" ? " passed" : verdict === "-" ? " not passed" : "";
      chips.append(make("li", { class: `chip${mood}` }, make("bdi", null, score.name), " ", make("b", null, figure(answers.scores[position][row])), passed));
    });
    const notes = make("dl", { class: "notes" });
    for (const [score, label, explanation, error] of answers.notes[row] ?? []) {
      for (const [kind, text] of [[", found", label], [", why", explanation], [", no score", error]]) {
        if (text >= 0) notes.append(block(data.scores[score].name + kind, text, row));
      }
    }
    const name = make("h3", null, make("bdi", null, data.variants[variant]), make("span", { class: "key" }, took));
    const body = row in answers.errors
      ? make("dl", null, block("failed", answers.errors[row], row))
      : blocks(answers.outputs, row, variant === data.baseline ? undefined : before?.outputs);
    if (row in answers.errors) body.classList.add("failure");
    return make("article", { class: "panel" }, name, chips, body, ...(notes.childElementCount ? [notes] : []));
  }

  function sheet(row) {
    const repeat = state.repeat.get(row) ?? 0;
    const given = make("div", { class: "given" },
      make("section", null, make("h3", null, "Inputs"), blocks(data.inputs, row)));
    if (data.given.names.length) given.append(make("section", null, make("h3", null, "Data that scores look at"), blocks(data.given, row)));
    const repeats = Math.max(...ofVariant.map((answers) => answers.length));
    const parts = [given];
    if (repeats > 1) {
      const choose = (number) => make("button", {
        type: "button", "aria-pressed": String(number === repeat),
        onclick: () => { state.repeat.set(row, number); render(); focusRow(row); },
      }, String(number + 1));
      parts.push(make("div", { class: "repeats" }, "Repetition", ...Array.from({ length: repeats }, (_, number) => choose(number))));
    }
    parts.push(make("div", { class: "beside" }, ...data.variants.map((_, variant) => panel(variant, row, repeat))));
    return make("div", { class: "sheet" }, ...parts);
  }

  // ---- the table -----------------------------------------------------------------------------------------------------------

  const head = byId("rows-table").tHead, body = byId("rows-table").tBodies[0];

  function excerpt(columns, row) {
    const parts = [];
    let left = EXCERPT;
    columns.names.forEach((name, position) => {
      const text = columns.columns[position][row];
      if (text < 0 || left <= 0) return;
      if (columns.names.length > 1) parts.push(make("span", { class: "key" }, `${parts.length ? "  " : ""}${name} `));
      const value = data.texts[text].slice(0, left);
      left -= value.length;
      parts.push(make("bdi", null, value));
    });
    return make("span", { class: "excerpt" }, ...parts);
  }

  function cell(variant, row) {
    const answers = ofVariant[variant][0];
    const better = variant === data.baseline ? 0 : gain(state.score, variant, row);
    const mood = better > 0 ? "gain" : better < 0 ? "loss" : undefined;
    const score = data.scores.length ? figure(meansOf(state.score)[variant][row]) : "";
    const text = row in answers.errors
      ? make("span", { class: "excerpt failure" }, `failed: ${data.texts[answers.errors[row]].slice(0, EXCERPT)}`)
      : excerpt(answers.outputs, row);
    return make("td", { class: "cell" }, make("div", { class: "answer" }, make("b", { class: mood }, score), text));
  }

  function line(row) {
    const open = state.open.has(row);
    const button = make("button", { type: "button", "aria-expanded": String(open), "data-row": row, "aria-label": `Row ${data.lines[row]}` }, String(data.lines[row]));
    const cells = [make("th", { scope: "row", class: "line" }, button), make("td", { class: "cell" }, excerpt(data.inputs, row))];
    cells.push(...data.variants.map((_, variant) => cell(variant, row)));
    if (others.length) {
      const most = change(state.score, row);
      const words = most === 0 ? "" : Number.isFinite(most) ? signed(data.scores[state.score]?.lower ? -most : most) : "error";
      cells.push(make("td", { class: `change ${most > 0 ? "gain" : most < 0 ? "loss" : ""}` }, words));
    }
    const element = make("tr", { class: "row", "data-open": open ? "" : undefined }, ...cells);
    element.addEventListener("click", (event) => {
      if (!document.getSelection().toString() || event.target === button) toggle(row);
    });
    return element;
  }

  function toggle(row) {
    if (!state.open.delete(row)) state.open.add(row);
    render();
    focusRow(row);
  }
  const focusRow = (row) => body.querySelector(`button[data-row="${row}"]`)?.focus({ preventScroll: true });

  function columns() {
    const sortable = (key, label, name) => {
      const direction = state.sort === key ? (state.descending ? "descending" : "ascending") : "none";
      const sort = () => {
        // Scores are first sorted with the greatest above; changes with the losses above.
        state.descending = state.sort === key ? !state.descending : !["line", "input", "change"].includes(key);
        state.sort = key;
        state.page = 0;
        update();
        head.querySelector(`th[data-key="${key}"] button`)?.focus();
      };
      return make("th", { scope: "col", class: name, "aria-sort": direction, "data-key": key }, make("button", { type: "button", onclick: sort }, label));
    };
    const variants = data.variants.map((name, variant) =>
      sortable(String(variant), make("bdi", null, others.length && variant === data.baseline ? `${name} (baseline)` : name), "cell"));
    head.replaceChildren(make("tr", null, sortable("line", "Row", "line"), sortable("input", "Inputs", "cell"), ...variants,
      ...(others.length ? [sortable("change", "Change", "change")] : [])));
    byId("rows-table").style.minWidth = `${204 + 170 * (1 + data.variants.length)}px`;
  }

  function render() {
    const first = state.page * state.size;
    const shown = order.slice(first, first + state.size);
    const lines = shown.flatMap((row) => state.open.has(row)
      ? [line(row), make("tr", { class: "detail" }, make("td", { colspan: 2 + data.variants.length + (others.length ? 1 : 0) }, sheet(row)))]
      : [line(row)]);
    if (!lines.length) lines.push(make("tr", { class: "empty" }, make("td", { colspan: 3 + data.variants.length }, "No row fits. Search for less, or show all rows.")));
    body.replaceChildren(...lines);
    const pages = Math.max(1, Math.ceil(order.length / state.size));
    byId("found").textContent = order.length === rowCount ? `${count(rowCount)} rows` : `${count(order.length)} of ${count(rowCount)} rows`;
    byId("page").textContent = `Page ${count(state.page + 1)} of ${count(pages)}`;
    for (const id of ["first", "previous"]) byId(id).disabled = state.page === 0;
    for (const id of ["next", "last"]) byId(id).disabled = state.page >= pages - 1;
  }

  function update() {
    arrange();
    columns();
    render();
  }

  // ---- the tools above the table -------------------------------------------------------------------------------------------

  const option = (value, label) => make("option", { value }, label);
  function choices() {
    byId("show").replaceChildren(...shows.map(([name, label, holds]) => {
      let rows = 0;
      for (let row = 0; row < rowCount; row += 1) if (holds(row)) rows += 1;
      return option(name, `${label} (${count(rows)})`);
    }));
    byId("show").value = state.show;
  }

  function listen() {
    const changed = (id, take) => byId(id).addEventListener("change", (event) => {
      take(event.target.value);
      state.page = 0;
      update();
    });
    data.scores.forEach((score, position) => byId("score").append(option(position, score.name)));
    changed("score", (value) => { state.score = Number(value); choices(); });
    changed("show", (value) => { state.show = value; });
    changed("size", (value) => { state.size = Number(value); });
    changed("mark", () => {});
    data.slices.forEach((column, position) => {
      const select = make("select", { "data-slice": position }, option(-1, "All"));
      const rows = column.values.map(() => 0);
      for (const value of column.of) rows[value] += 1;
      column.values.forEach((value, number) => select.append(option(number, `${value || "(none)"} (${count(rows[number])})`)));
      select.addEventListener("change", () => { state.slices[position] = Number(select.value); state.page = 0; update(); });
      byId("slice-fields").append(make("label", { class: "field" }, make("span", null, column.name), select));
    });
    let waiting;
    byId("query").addEventListener("input", (event) => {
      clearTimeout(waiting);
      waiting = setTimeout(() => { state.query = event.target.value; state.page = 0; update(); }, 120);
    });
    const turn = (id, page) => byId(id).addEventListener("click", () => { state.page = page(); render(); });
    turn("first", () => 0);
    turn("previous", () => Math.max(0, state.page - 1));
    turn("next", () => state.page + 1);
    turn("last", () => Math.ceil(order.length / state.size) - 1);
    document.addEventListener("keydown", pressed);
  }

  function pressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const field = event.target.closest?.("input, select, textarea");
    if (event.key === "/" && !field) {
      event.preventDefault();
      byId("query").focus();
    }
    const button = event.target.closest?.("#rows-table tbody button[data-row]");
    if (!button) return;
    const row = Number(button.dataset.row);
    if (event.key === "Escape" && state.open.has(row)) toggle(row);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = order.indexOf(row) + step;
    if (next < 0 || next >= order.length) return;
    const page = Math.floor(next / state.size);
    if (page !== state.page) { state.page = page; render(); }
    body.querySelector(`button[data-row="${order[next]}"]`)?.focus();
  }

  // ---- light and dark ------------------------------------------------------------------------------------------------------

  function theme() {
    const root = document.documentElement, button = byId("theme");
    const isDark = () => (root.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
    const tell = () => { button.textContent = isDark() ? "Light" : "Dark"; button.setAttribute("aria-label", `Switch to ${isDark() ? "light" : "dark"} colours`); };
    // A browser may forbid what outlives the page.
    const kept = (write) => { try { return write(); } catch { return null; } };
    const known = kept(() => localStorage.getItem("flow-report-theme"));
    if (known === "dark" || known === "light") root.dataset.theme = known;
    button.addEventListener("click", () => {
      root.dataset.theme = isDark() ? "light" : "dark";
      kept(() => localStorage.setItem("flow-report-theme", root.dataset.theme));
      tell();
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", tell);
    button.hidden = false;
    tell();
  }

  theme();
  if (rowCount < data.rows) {
    byId("rows-about").textContent = `${count(rowCount)} of ${count(data.rows)}: those on which variants differ, and the first ones`;
  }
  listen();
  choices();
  update();
  byId("rows-tool").hidden = false;
  document.documentElement.dataset.ready = "";
})();
