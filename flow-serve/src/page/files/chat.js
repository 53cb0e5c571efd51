// The page of a flow with which one talks.
import { byId, copyButton, icon, iconButton, make, say, time } from "./dom.js";
import { body, Fields, growing, pictureAddress, readPicture } from "./fields.js";
import { Record } from "./record.js";
import { feedback, run } from "./server.js";
import { dots, exact, said, show, speaking } from "./values.js";

/** Figures of an answer, in words. */
export const figures = ({ elapsed_ms: elapsed, usage, variant }, variants) => {
  const tokens = (usage?.prompt_tokens ?? 0) + (usage?.completion_tokens ?? 0);
  const cost = Number(usage?.cost ?? 0);
  return [
    time(elapsed),
    tokens > 0 ? `${tokens.toLocaleString("en")} tokens` : "",
    cost > 0 ? `$${cost < 0.01 ? cost.toPrecision(2) : cost.toFixed(2)}` : "",
    variant && variants.length > 1 ? variant : "",
  ].filter(Boolean).join(" · ");
};

/** An error with its code, its node, its message, and what is wrong with single inputs. */
export const failureBox = (error, more = []) =>
  make("div", { className: "failure", role: "alert" },
    make("p", { className: "failure-head" }, make("code", { text: error.code }), error.node ? make("span", { text: `in ${error.node}` }) : null),
    make("p", { text: error.message }),
    error.fields?.length > 1 ? make("ul", {}, ...error.fields.map(({ input, message }) => make("li", { text: `${input}: ${message}` }))) : null,
    ...more);

/** Thumbs with which one tells what an answer was worth. */
export const thumbs = (id) => {
  const buttons = [["up", "Good answer"], ["down", "Bad answer"]].map(([vote, label]) =>
    iconButton(vote, label, async (event) => {
      const pressed = event.currentTarget;
      try {
        await feedback(id, vote);
        for (const button of buttons) button.setAttribute("aria-pressed", String(button === pressed));
        say("Thank you");
      } catch (error) {
        say(`That could not be told: ${error.message}`);
      }
    }, { "aria-pressed": "false" }));
  return buttons;
};

export class Chat {
  constructor(description, steps) {
    this.description = description;
    this.steps = steps;
    this.turns = [];
    const { chat, inputs } = description;
    this.input = inputs.find((input) => input.name === chat.input);
    this.output = description.outputs.find((output) => output.name === chat.output);
    const further = inputs.filter((input) => input.name !== chat.input && input.name !== chat.history);
    this.fields = new Fields(further);
    this.pictures = [];
    this.build(further);
    byId("new").hidden = false;
    byId("new").addEventListener("click", () => this.renew());
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.running && !event.defaultPrevented) this.running.abort();
    });
    this.renew();
  }

  build(further) {
    this.log = make("div", { className: "log", role: "log", "aria-label": "Conversation", "aria-live": "polite" });
    this.area = make("textarea", { id: "say", rows: "1", "aria-label": "Your message", placeholder: "Write a message", "aria-describedby": "keys" });
    this.fit = growing(this.area, 240);
    this.send = make("button", { type: "submit", className: "send", "aria-label": "Send", title: "Send" }, icon("send"));
    this.chosen = make("div", { className: "chosen", hidden: true });
    const file = make("input", { type: "file", accept: "image/*", multiple: true, className: "unseen", tabindex: "-1", "aria-label": "Pictures" });
    file.addEventListener("change", () => { this.attach([...file.files]); file.value = ""; });
    const attach = this.description.chat.parts ? iconButton("picture", "Add a picture", () => file.click()) : null;
    this.more = further.length === 0 ? null : make("details", { className: "more" },
      make("summary", { text: further.length === 1 ? "1 further input" : `${further.length} further inputs` }),
      make("div", { className: "fields" }, ...this.fields.elements));
    const form = make("form", { className: "composer", on: { submit: (event) => { event.preventDefault(); this.submit(); } } },
      this.more, this.chosen, make("div", { className: "line-in" }, attach, attach ? file : null, this.area, this.send),
      make("p", { id: "keys", className: "hint keys", text: "Enter sends · Shift+Enter for a new line · Esc stops" }));
    this.area.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.submit();
    });
    if (attach) {
      this.area.addEventListener("paste", (event) => {
        const files = [...event.clipboardData.files];
        if (files.length > 0) { event.preventDefault(); this.attach(files); }
      });
    }
    byId("work").classList.add("chat");
    byId("work").replaceChildren(this.log, form);
  }

  async attach(files) {
    for (const file of files) {
      try {
        this.pictures.push({ value: await readPicture(file), name: file.name });
      } catch (error) {
        say(error.message);
      }
    }
    this.showChosen();
  }

  showChosen() {
    this.chosen.hidden = this.pictures.length === 0;
    this.chosen.replaceChildren(...this.pictures.map((one) =>
      make("span", { className: "chip" }, make("img", { src: pictureAddress(one.value), alt: "" }), make("span", { text: one.name }),
        iconButton("close", `Remove ${one.name}`, () => { this.pictures = this.pictures.filter((other) => other !== one); this.showChosen(); this.area.focus(); }))));
  }

  /** Begins a new conversation. */
  renew() {
    this.running?.abort();
    this.turns = [];
    this.log.replaceChildren(this.welcome());
    this.steps.follow(null);
    this.area.focus();
  }

  welcome() {
    const { sample, description } = this.description;
    const known = [this.input.default, sample?.[this.input.name]].filter((text) => typeof text === "string" && text.trim() !== "");
    const chips = [...new Set(known)].map((text) => make("button", { type: "button", className: "suggestion", text, on: { click: () => this.submit(text) } }));
    return make("div", { className: "welcome" },
      make("h2", { text: "What would you like to know?" }),
      description ? make("p", { text: description }) : null,
      chips.length > 0 ? make("div", { className: "suggestions" }, ...chips) : null);
  }

  /** What is said, as the flow's input takes it. */
  message(text, pictures) {
    const { parts } = this.description.chat;
    if (parts === "plain") return [...(text === "" ? [] : [text]), ...pictures.map((one) => one.value)];
    if (parts === "openai") {
      const words = text === "" ? [] : [{ type: "text", text }];
      return [...words, ...pictures.map((one) => ({ type: "image_url", image_url: { url: pictureAddress(one.value) } }))];
    }
    return text;
  }

  /** The turns so far, as the flow's history takes them. */
  history() {
    const { chat } = this.description;
    if (chat.remembers === "messages") return this.turns.flatMap((turn) => [{ role: "user", content: turn.said }, { role: "assistant", content: exact(turn.answer) }]);
    return this.turns.map((turn) => ({ inputs: { [chat.input]: turn.said }, outputs: { [chat.output]: turn.answer } }));
  }

  submit(given) {
    if (this.running) {
      this.running.abort();
      return;
    }
    const text = (given ?? this.area.value).trim();
    const pictures = given === undefined ? this.pictures : [];
    if (text === "" && pictures.length === 0) return;
    const further = this.fields.read();
    if (further === null) {
      this.more.open = true;
      this.fields.read();
      return;
    }
    const message = this.message(text, pictures);
    if (given === undefined) {
      this.area.value = "";
      this.fit();
      this.pictures = [];
      this.showChosen();
    }
    this.ask(message, text, pictures, further);
  }

  async ask(message, text, pictures, further) {
    const { chat, graph, variants } = this.description;
    this.log.querySelector(".welcome")?.remove();
    const answer = make("div", { className: "answer", "aria-busy": "true" }, dots());
    const foot = make("footer", { className: "foot" });
    const article = make("article", { className: "turn" },
      make("div", { className: "user" }, make("span", { className: "unseen", text: "You: " }), ...pictures.map((one) => make("img", { className: "picture", src: pictureAddress(one.value), alt: one.name })), text === "" ? null : make("div", { className: "text", text })),
      make("span", { className: "unseen", text: "Answer: " }), answer, foot);
    this.log.append(article);
    const pairs = [...further, [chat.input, JSON.stringify(message)]];
    if (chat.history) pairs.push([chat.history, JSON.stringify(this.history())]);
    const record = new Record(graph);
    this.steps.follow(record);
    this.begin();
    const stick = sticking();
    stick(true);
    let spoken = "";
    let drawn = false;
    const redraw = () => {
      drawn = false;
      if (record.state !== "running") return;
      answer.replaceChildren(speaking(spoken));
      stick();
    };
    const hear = (name, content) => {
      record.hear(name, content);
      if (content.node === undefined || content.node !== this.output.spoken_by || content.item !== undefined) return;
      // A node that is asked again says it all again.
      if (name === "node_started") spoken = "";
      if (name === "delta") spoken += content.text;
      if (name === "delta" && !drawn) {
        drawn = true;
        requestAnimationFrame(redraw);
      }
    };
    const stop = this.running;
    try {
      const end = await run(body(pairs), stop.signal, hear);
      const value = Object.hasOwn(end.outputs, chat.output) ? end.outputs[chat.output] : null;
      answer.replaceChildren(typeof value === "string" && value !== "" ? said(value) : show(value), ...this.others(end.outputs));
      this.turns.push({ said: message, answer: value });
      foot.append(make("span", { className: "figures", text: figures(end, variants) }), copyButton("Copy the answer", () => exact(value)),
        ...thumbs(end.id), this.stepsButton(record));
      say(`Answered in ${time(end.elapsed_ms)}`);
    } catch (error) {
      const isStopped = error.name === "AbortError";
      record.end(isStopped ? "stopped" : "failed");
      const kept = spoken === "" ? [] : [said(spoken)];
      const again = make("button", { type: "button", className: "quiet", on: { click: () => { article.remove(); this.ask(message, text, pictures, further); } } }, icon("again"), "Try again");
      if (isStopped) {
        answer.replaceChildren(...kept, make("p", { className: "stopped", text: "Stopped. This turn is not part of the conversation." }));
        foot.append(again);
        say("Stopped");
      } else {
        if (this.fields.complain(error.fields ?? [])) this.more.open = true;
        answer.replaceChildren(...kept, failureBox(error));
        foot.append(again);
      }
      if (error.about) foot.append(make("span", { className: "figures", text: figures(error.about, variants) }));
      foot.append(this.stepsButton(record));
    }
    answer.setAttribute("aria-busy", "false");
    this.end(stop);
    stick();
  }

  /** What the flow gives beside its answer. */
  others(outputs) {
    const names = Object.keys(outputs).filter((name) => name !== this.description.chat.output);
    if (names.length === 0) return [];
    return [make("details", { className: "others" }, make("summary", { text: names.length === 1 ? "1 further output" : `${names.length} further outputs` }),
      make("dl", {}, ...names.flatMap((name) => [make("dt", { text: name }), make("dd", {}, show(outputs[name]))])))];
  }

  stepsButton(record) {
    return iconButton("steps", "Show the steps of this answer", () => this.steps.follow(record, true));
  }

  begin() {
    this.running = new AbortController();
    this.send.replaceChildren(icon("stop"));
    this.send.classList.add("is-stop");
    for (const name of ["aria-label", "title"]) this.send.setAttribute(name, "Stop");
    say("Answering");
  }

  end(stop) {
    if (this.running !== stop) return;
    this.running = null;
    this.send.replaceChildren(icon("send"));
    this.send.classList.remove("is-stop");
    for (const name of ["aria-label", "title"]) this.send.setAttribute(name, "Send");
  }
}

/** Keeps the end of the page in sight, as long as the reader has not scrolled away from it. */
const sticking = () => {
  const place = byId("work");
  const isAtEnd = () => place.scrollHeight - place.scrollTop - place.clientHeight < 80;
  let follows = true;
  place.addEventListener("scroll", () => { follows = isAtEnd(); }, { passive: true });
  return (now = false) => {
    if (now || follows) place.scrollTop = place.scrollHeight;
  };
};
