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
    const item = content.item;
    // A node that runs once per item also tells of each item.
    const at = item === undefined ? node : node.items.get(item) ?? fresh();
    if (item !== undefined) node.items.set(item, at);
    if (name === "node_started") {
      Object.assign(at, { state: "running", inputs: content.inputs, said: "", began: performance.now() });
      if (item !== undefined && node.state === "waiting") node.state = "running";
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

  /** Nothing more comes; what ran was stopped. */
  end(state, more = {}) {
    this.state = state;
    Object.assign(this, more);
    for (const node of this.nodes.values()) if (node.state === "running") node.state = "stopped";
    this.changed();
  }
}

/** How a state is said. */
export const WORDS = { waiting: "waiting", running: "running", done: "done", failed: "failed", bypassed: "left out", stopped: "stopped" };
