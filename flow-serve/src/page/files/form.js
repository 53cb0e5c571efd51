// The page of a flow that takes inputs and gives outputs.
import { byId, copy, copyButton, icon, make, say, time } from "./dom.js";
import { failureBox, figures, thumbs } from "./chat.js";
import { body, Fields } from "./fields.js";
import { Record } from "./record.js";
import { run } from "./server.js";
import { dots, exact, said, show, speaking } from "./values.js";

const shell = (text) => `'${text.replaceAll("'", "'\\''")}'`;

export class Form {
  constructor(description, steps) {
    this.description = description;
    this.steps = steps;
    this.fields = new Fields(description.inputs);
    this.button = make("button", { type: "submit", className: "main" }, icon("send"), make("span", { text: "Run" }));
    const curl = make("button", { type: "button", className: "quiet", text: "Copy as curl", on: { click: () => this.copyCurl() } });
    const { sample } = description;
    const fill = sample ? make("button", { type: "button", className: "quiet", text: "Fill in the sample", on: { click: () => this.fields.set(sample) } }) : null;
    this.results = make("section", { className: "results", "aria-label": "Outputs", "aria-live": "polite" });
    const form = make("form", { className: "inputs", novalidate: true, on: { submit: (event) => { event.preventDefault(); this.submit(); } } },
      description.inputs.length === 0 ? make("p", { className: "nothing", text: "This flow takes no inputs." }) : null,
      ...this.fields.elements,
      make("div", { className: "buttons" }, this.button, curl, fill),
      make("p", { className: "hint keys", text: "Ctrl+Enter runs · Esc stops" }));
    form.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      if (!this.running) this.submit();
    });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.running && !event.defaultPrevented) this.running.abort();
    });
    byId("work").classList.add("form");
    byId("work").replaceChildren(form, this.results);
    this.fields.fields[0]?.control.focus({ preventScroll: true });
  }

  async copyCurl() {
    const pairs = this.fields.read();
    if (pairs === null) return;
    const address = new URL("run", location.href).href;
    const key = sessionStorage.getItem("flow-key") === null ? "" : " \\\n  -H 'authorization: Bearer KEY'";
    const done = await copy(`curl ${shell(address)} \\\n  -H 'content-type: application/json'${key} \\\n  -d ${shell(body(pairs))}`);
    say(done ? "Copied" : "The browser does not let this page copy");
  }

  submit() {
    if (this.running) {
      this.running.abort();
      return;
    }
    const pairs = this.fields.read();
    if (pairs !== null) this.run(pairs);
  }

  async run(pairs) {
    const { graph, outputs, variants } = this.description;
    const record = new Record(graph);
    this.steps.follow(record);
    const places = new Map(outputs.map((output) => [output.name, make("div", { className: "value" }, dots())]));
    const card = (output) =>
      make("section", { className: "output" },
        make("h3", {}, make("span", { className: "label", text: output.name }), make("span", { className: "type", text: output.type }),
          copyButton(`Copy ${output.name}`, () => exact(record.outputs?.[output.name] ?? null))),
        output.description ? make("p", { className: "hint", text: output.description }) : null, places.get(output.name));
    const foot = make("footer", { className: "foot" });
    this.results.setAttribute("aria-busy", "true");
    this.results.replaceChildren(make("h2", { text: "Outputs" }), ...outputs.map(card), foot);
    const stop = new AbortController();
    this.begin(stop);
    const spoken = new Map();
    const hear = (name, content) => {
      record.hear(name, content);
      const output = outputs.find((one) => one.spoken_by !== null && one.spoken_by === content.node);
      if (!output || content.item !== undefined) return;
      if (name === "node_started") spoken.set(output.name, "");
      if (name !== "delta") return;
      spoken.set(output.name, (spoken.get(output.name) ?? "") + content.text);
      places.get(output.name).replaceChildren(speaking(spoken.get(output.name)));
    };
    try {
      const end = await run(body(pairs), stop.signal, hear);
      for (const output of outputs) {
        const value = Object.hasOwn(end.outputs, output.name) ? end.outputs[output.name] : null;
        places.get(output.name).replaceChildren(typeof value === "string" && value !== "" ? said(value) : show(value));
      }
      foot.append(make("span", { className: "figures", text: figures(end, variants) }), ...thumbs(end.id));
      say(`Done in ${time(end.elapsed_ms)}`);
    } catch (error) {
      const isStopped = error.name === "AbortError";
      record.end(isStopped ? "stopped" : "failed");
      if (!isStopped) this.fields.complain(error.fields ?? []);
      const told = isStopped ? make("p", { className: "stopped", text: "Stopped." }) : failureBox(error);
      this.results.replaceChildren(make("h2", { text: "Outputs" }), told);
      if (isStopped) say("Stopped");
    }
    this.results.setAttribute("aria-busy", "false");
    this.end(stop);
  }

  begin(stop) {
    this.running = stop;
    this.button.replaceChildren(icon("stop"), make("span", { text: "Stop" }));
    say("Running");
  }

  end(stop) {
    if (this.running !== stop) return;
    this.running = null;
    this.button.replaceChildren(icon("send"), make("span", { text: "Run" }));
  }
}
