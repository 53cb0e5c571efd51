// The panel below the graph: all that is known of one node.
import { byId, copyButton, iconButton, make, time } from "./dom.js";
import { describe } from "./graph.js";
import { WORDS } from "./record.js";
import { exact, show } from "./values.js";

const part = (title, content, value) =>
  make("section", { className: "part" },
    make("h3", {}, make("span", { text: title }), value === undefined ? null : copyButton(`Copy ${title.toLowerCase()}`, () => exact(value))),
    content);

const entries = (values) => {
  const names = Object.keys(values ?? {});
  if (names.length === 0) return make("p", { className: "nothing", text: "Nothing." });
  return make("dl", {}, ...names.flatMap((name) => [make("dt", { text: name }), make("dd", {}, show(values[name]))]));
};

/** The panel. It follows the record and the node that it was given last. */
export class NodePanel {
  constructor(closed) {
    this.element = byId("node");
    this.closed = closed;
    this.element.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.close();
    });
  }

  /** Shows a node (or the flow's inputs or outputs) in what a record tells. */
  open(chosen, from) {
    this.chosen = chosen;
    this.from = from;
    this.opened = new Set();
    this.element.hidden = false;
    this.show(this.record);
    this.element.focus({ preventScroll: true });
    this.element.scrollIntoView({ block: "nearest" });
  }

  close() {
    this.chosen = undefined;
    this.element.hidden = true;
    this.closed();
    this.from?.focus();
  }

  show(record) {
    this.record = record;
    if (!this.chosen) return;
    const { node, end } = this.chosen;
    const title = node ? node.name : { inputs: "Inputs", outputs: "Outputs" }[end];
    const head = make("header", {},
      make("div", {}, make("h2", { text: title }), make("p", { className: "hint", text: node ? describe(node) : "of the flow" })),
      iconButton("close", "Close", () => this.close()));
    const content = node ? this.ofNode(node, record) : this.ofEnd(end, record);
    this.element.replaceChildren(head, ...content);
  }

  ofEnd(end, record) {
    const values = record?.[end];
    if (values === undefined) return [make("p", { className: "nothing", text: record ? "There are none yet." : "Run the flow to see them." })];
    return [part(end === "inputs" ? "Inputs" : "Outputs", entries(values), values)];
  }

  ofNode(node, record) {
    const known = record?.node(node.name);
    const facts = [];
    const state = known?.state ?? "waiting";
    const took = known?.elapsed === undefined ? "" : ` in ${time(known.elapsed)}`;
    const tries = known?.attempts > 1 ? `, ${known.attempts} tries` : "";
    facts.push(make("p", { className: `fact ${state}`, text: known ? `${WORDS[state]}${took}${tries}` : "has not run yet" }));
    if (node.condition) facts.push(make("p", { className: "hint", text: `Runs if ${node.condition.text}` }));
    if (known?.reason) facts.push(make("p", { className: "hint", text: `Left out: ${known.reason}` }));
    if (node.variants > 1) facts.push(make("p", { className: "hint", text: `Has ${node.variants} variants` }));
    if (!known) return facts;
    if (known.error) {
      facts.push(part("Error", make("div", { className: "failure" }, make("code", { text: known.error.code }), make("p", { text: known.error.message }))));
      if (known.goesOn) facts.push(make("p", { className: "hint", text: "The flow goes on with what is given for this case." }));
    }
    if (known.inputs !== undefined) facts.push(part("Inputs", entries(known.inputs), known.inputs));
    if (known.output !== undefined) facts.push(part("Output", show(known.output), known.output));
    else if (known.said) facts.push(part("Output so far", show(known.said)));
    const inside = record.inside(node.name);
    if (inside.length > 0) facts.push(part("Steps inside", this.steps(inside)));
    return facts;
  }

  /** The nodes of a flow that a node calls. */
  steps(inside) {
    const row = ([name, step]) =>
      make("details", { open: this.opened.has(name), on: { toggle: (event) => { if (event.target.open) this.opened.add(name); else this.opened.delete(name); } } },
        make("summary", {}, make("span", { text: name }), make("span", { className: `fact ${step.state}`, text: `${WORDS[step.state]} ${time(step.elapsed)}` })),
        step.error ? make("p", { className: "failure", text: step.error.message }) : null,
        step.inputs === undefined ? null : part("Inputs", entries(step.inputs), step.inputs),
        step.output === undefined ? null : part("Output", show(step.output), step.output));
    return make("div", { className: "items" }, ...inside.map(row));
  }
}
