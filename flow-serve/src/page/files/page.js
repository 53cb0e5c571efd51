// The page of a flow: what it is, the server tells in `page.json` beside it.
import { Chat } from "./chat.js";
import { byId } from "./dom.js";
import { Form } from "./form.js";
import { Graph } from "./graph.js";
import { NodePanel } from "./node.js";
import { get, showFailure } from "./server.js";

/** The graph and the panel below it, which follow one record at a time. */
class Steps {
  constructor(description) {
    this.panel = new NodePanel(() => this.graph.mark(null));
    this.graph = new Graph(description, (chosen, from) => this.panel.open(chosen, from));
    byId("graph").replaceChildren(this.graph.element);
    this.graph.centre();
  }

  /** Shows what a record tells from now on. */
  follow(record, reveal = false) {
    if (this.record) this.record.changed = () => {};
    this.record = record;
    this.graph.show(record);
    this.panel.show(record);
    if (record) record.changed = (node) => this.changed(node);
    if (reveal) {
      setSteps(true);
      this.graph.boxes.get(this.graph.at)?.group.focus();
    }
  }

  changed(node) {
    if (this.pending) {
      this.pending.add(node);
      return;
    }
    this.pending = new Set([node]);
    requestAnimationFrame(() => {
      const { pending } = this;
      this.pending = null;
      this.graph.show(this.record);
      const shown = this.panel.chosen?.node?.name;
      const isShown = (name) => shown === undefined || name === undefined || name === shown || name.startsWith(`${shown}/`);
      if ([...pending].some(isShown)) this.panel.show(this.record);
    });
  }
}

const setSteps = (open) => {
  byId("steps").setAttribute("aria-expanded", String(open));
  byId("body").classList.toggle("alone", !open);
};

try {
  const description = await get("page.json");
  document.title = description.name;
  byId("name").textContent = description.name;
  byId("about").textContent = description.description;
  byId("steps").addEventListener("click", () => setSteps(byId("steps").getAttribute("aria-expanded") !== "true"));
  const steps = new Steps(description);
  if (description.chat) new Chat(description, steps);
  else new Form(description, steps);
} catch (error) {
  byId("side").hidden = true;
  showFailure(error);
}
