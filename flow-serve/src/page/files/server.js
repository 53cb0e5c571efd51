// What is asked of the server, always under the page's own address, and with a key where it wants one.
import { byId, make } from "./dom.js";

const KEY = "flow-key";

/** Something that did not work, with what is known of it. */
export class Failed extends Error {
  constructor({ code = "failed", message, node, fields = [], status }) {
    super(message);
    Object.assign(this, { code, node, fields, status });
  }
}

const stored = () => {
  try {
    return sessionStorage.getItem(KEY);
  } catch {
    return null;
  }
};
let key = stored();

const remember = (value) => {
  key = value;
  try {
    if (value === null) sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, value);
  } catch {
    // Without a storage the key is gone with the page.
  }
};

let asking = null;

/** Asks for the key, once for all requests that wait for it. */
const askForKey = (why) => {
  asking ??= new Promise((answer) => {
    const field = make("input", { id: "key", type: "password", autocomplete: "off", spellcheck: "false", required: true, "aria-describedby": "key-why" });
    let given = null;
    const dialog = make("dialog", { className: "key", "aria-labelledby": "key-title" },
      make("form", { on: { submit: (event) => {
        event.preventDefault();
        given = field.value.trim();
        if (given) dialog.close();
      } } },
      make("h2", { id: "key-title", text: "This server asks for a key" }),
      make("p", { id: "key-why", text: why }),
      make("label", { for: "key", text: "Key" }),
      field,
      make("p", { className: "hint", text: "It stays in this tab and is forgotten when you close it." }),
      make("div", { className: "buttons" },
        make("button", { type: "button", className: "quiet", text: "Cancel", on: { click: () => dialog.close() } }),
        make("button", { type: "submit", className: "main", text: "Continue" }))));
    const before = document.activeElement;
    dialog.addEventListener("close", () => {
      dialog.remove();
      asking = null;
      if (before instanceof HTMLElement) before.focus();
      answer(given);
    });
    document.body.append(dialog);
    dialog.showModal();
    field.focus();
  });
  return asking;
};

const failure = async (answer) => {
  let error = {};
  try {
    error = (await answer.json()).error ?? {};
  } catch {
    // Something before the server may have answered in its own words.
  }
  const message = error.message ?? `the server answered with status ${answer.status}`;
  const wait = answer.headers.get("retry-after");
  const more = wait && !message.includes("again in") ? ` — try again in ${wait} s` : "";
  return new Failed({ ...error, message: message + more, status: answer.status });
};

/** Sends a request; whoever needs a key is asked for it, until it fits. */
export const ask = async (path, { headers = {}, ...options } = {}) => {
  for (;;) {
    const sent = key;
    const all = sent === null ? headers : { ...headers, authorization: `Bearer ${sent}` };
    let answer;
    try {
      answer = await fetch(path, { ...options, headers: all, credentials: "omit", redirect: "error" });
    } catch (error) {
      if (error.name === "AbortError") throw error;
      throw new Failed({ code: "unreachable", message: "the server cannot be reached; is it still running?" });
    }
    if (answer.status !== 401) {
      if (!answer.ok) throw await failure(answer);
      return answer;
    }
    const refused = await failure(answer);
    // Another request may have got a key in the meantime.
    if (sent !== key) continue;
    const given = await askForKey(sent === null ? "Whoever runs this server can give you one." : `The one you gave does not fit: ${refused.message}.`);
    if (given === null) throw refused;
    remember(given);
  }
};

/** Reads JSON. Whole numbers that JavaScript cannot hold stay as they are written, where the browser can do that. */
const parse = (text) => JSON.parse(text, (_, value, context) => {
  const source = context?.source;
  const isLarge = typeof value === "number" && source !== undefined && !Number.isSafeInteger(value) && /^-?\d+$/.test(source);
  return isLarge && JSON.rawJSON ? JSON.rawJSON(source) : value;
});

/** A JSON document. */
export const get = async (path) => parse(await (await ask(path, { headers: { accept: "application/json" } })).text());

/** The events in a stream, each a name and what it tells. */
async function* events(stream) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    rest += value;
    let end;
    while ((end = /\r?\n\r?\n/.exec(rest)) !== null) {
      const block = rest.slice(0, end.index);
      rest = rest.slice(end.index + end[0].length);
      let name = "message";
      const data = [];
      for (const line of block.split(/\r?\n/)) {
        if (line.startsWith("event:")) name = line.slice(6).trim();
        else if (line.startsWith("data:")) data.push(line.slice(5).replace(/^ /, ""));
      }
      if (data.length > 0) yield { name, content: parse(data.join("\n")) };
    }
  }
}

/** Runs the flow with a body of JSON; `hear` gets each event. Gives what the last one tells, with the request's id and variant. */
export const run = async (body, signal, hear) => {
  const headers = { accept: "text/event-stream", "content-type": "application/json" };
  const answer = await ask("run?values=true", { method: "POST", body, signal, headers });
  const about = { id: answer.headers.get("x-request-id"), variant: answer.headers.get("x-flow-variant") };
  try {
    for await (const event of events(answer.body)) {
      hear(event.name, event.content);
      if (event.name === "finished") return { ...event.content, ...about };
      if (event.name === "failed") throw Object.assign(new Failed(event.content.error), { about: { ...event.content, ...about } });
    }
  } catch (error) {
    if (error instanceof Failed || error.name === "AbortError") throw error;
    throw new Failed({ code: "broken-off", message: "the connection broke off before the answer was whole" });
  }
  throw new Failed({ code: "broken-off", message: "the server ended the connection before the answer was whole" });
};

/** Tells what an answer was worth. */
export const feedback = (id, vote) =>
  ask("feedback", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ request_id: id, vote }) });

/** What the page shows where nothing else can be shown. */
export const showFailure = (error) => {
  const place = byId("work");
  place.replaceChildren(make("div", { className: "failure", role: "alert" },
    make("h2", { text: "The flow cannot be shown" }),
    make("p", { text: error.message }),
    make("button", { type: "button", className: "main", text: "Try again", on: { click: () => location.reload() } })));
  place.setAttribute("aria-busy", "false");
};
