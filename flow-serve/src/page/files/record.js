// What happened in one request, as its events tell.

const fresh = () => ({ state: "waiting", items: new Map() });

/** The record of a request: the state of each node, with what went in and came out. */
export class Record {
  constructor(graph) {
    this.nodes = new Map(graph.nodes.map((node) => [node.name, fresh()]));
    this.state = "running";
    this.inputs = undefined;
    this.outputs = undefined;
    this.error = undefined;
    this.changed = () => {};
  }

  node(name) {
    if (!this.nodes.has(name)) this.nodes.set(name, fresh());
    return this.nodes.get(name);
  }

  /** Takes the next event. */
  hear(name, content) {
    if (name === "row_started") this.inputs = content.inputs;
    else if (name === "finished") this.end("done", { outputs: content.outputs });
    else if (name === "failed") this.end("failed", { error: content.error });
    else if (content.node !== undefined) this.hearNode(name, content);
    this.changed(content.node);
  }

  hearNode(name, content) {
    const node = this.node(content.node);
    const { item } = content;
    // Nodes of a flow that a node calls once per item tell of each item.
    const at = item === undefined ? node : node.items.get(item) ?? fresh();
    if (item !== undefined) node.items.set(item, at);
    if (name === "node_started") {
      Object.assign(at, { state: "running", inputs: content.inputs, said: "" });
    } else if (name === "delta") {
      at.said = (at.said ?? "") + content.text;
    } else if (name === "node_finished") {
      Object.assign(at, { state: "done", output: content.output, elapsed: content.elapsed_ms, attempts: content.attempts });
    } else if (name === "node_failed") {
      const { output, error, goes_on: goesOn, elapsed_ms: elapsed, attempts } = content;
      Object.assign(at, { state: "failed", output, error, goesOn, elapsed, attempts });
    } else if (name === "node_bypassed") {
      Object.assign(at, { state: "bypassed", reason: content.reason });
    }
  }

  /** What is known of the nodes inside of a flow that a node calls: for each its name, its item if there are several, and its record. */
  inside(name) {
    const inner = [...this.nodes].filter(([other]) => other.startsWith(`${name}/`));
    return inner.flatMap(([other, node]) => {
      const short = other.slice(name.length + 1);
      const items = [...node.items].sort((one, two) => one[0] - two[0]);
      return items.length === 0 ? [[short, node]] : items.map(([item, at]) => [`${short} · item ${item + 1}`, at]);
    });
  }

  /** Nothing more comes; what ran was stopped. */
  end(state, more = {}) {
    this.state = state;
    Object.assign(this, more);
    const all = [...this.nodes.values()].flatMap((node) => [node, ...node.items.values()]);
    for (const node of all) if (node.state === "running") node.state = "stopped";
    this.changed();
  }
}

/** How a state is said. */
export const WORDS = { waiting: "waiting", running: "running", done: "done", failed: "failed", bypassed: "left out", stopped: "stopped" };
