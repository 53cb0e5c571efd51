"use strict";
// Shows the description beside this page and lets one try requests. Whatever comes from the description or from answers is set as text.

const make = (tag, { text, className, ...attributes } = {}, ...children) => {
  const element = document.createElement(tag);
  if (text !== undefined) element.textContent = text;
  if (className) element.className = className;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
};

const byId = (id) => document.getElementById(id);
let description = {};

const resolve = (schema) => {
  const found = schema && schema.$ref ? schema.$ref.split("/").slice(1).reduce((at, name) => at[name], description) : schema;
  return found || {};
};

const typeOf = (schema) => {
  const found = resolve(schema);
  if ("const" in found) return JSON.stringify(found.const);
  if (found.enum) return found.enum.map((value) => JSON.stringify(value)).join(" or ");
  if (found.anyOf) return [...new Set(found.anyOf.map(typeOf))].join(" or ");
  return [found.type || "anything"].flat().join(" or ");
};

const table = (heads, rows) =>
  make("table", {},
    make("thead", {}, make("tr", {}, ...heads.map((text) => make("th", { text, scope: "col" })))),
    make("tbody", {}, ...rows.map((cells) => make("tr", {}, ...cells.map((text) => make("td", { text }))))));

const properties = (schema) => {
  const found = resolve(schema);
  const required = new Set(found.required || []);
  return Object.entries(found.properties || {}).map(([name, inner]) => {
    const shape = resolve(inner);
    const fallback = "default" in shape ? JSON.stringify(shape.default) : "";
    return [name + (required.has(name) ? " (required)" : ""), typeOf(inner), shape.description || "", fallback.slice(0, 200)];
  });
};

const base = () => {
  // Relative to this page, so that it also works behind a proxy that serves it under another path.
  return window.location.pathname.replace(/\/docs\/?$/, "");
};

const trial = (path, method, operation) => {
  const content = operation.requestBody && operation.requestBody.content["application/json"];
  const examples = Object.values((content && content.examples) || {});
  const area = make("textarea", { "aria-label": "Body of the request", spellcheck: "false" });
  const show = (example) => { area.value = example ? JSON.stringify(example.value, null, 2) : "{}"; };
  show(examples[0]);
  const choice = make("select", { "aria-label": "Example" }, ...examples.map((one, index) => make("option", { text: one.summary, value: index })));
  choice.addEventListener("change", () => show(examples[choice.value]));
  const parameters = (operation.parameters || []).map((parameter) => {
    const field = make("input", { value: parameter.example === undefined ? "" : parameter.example });
    return { parameter, field, label: make("label", { text: parameter.name + " " }, field) };
  });
  const accepts = Object.keys(operation.responses["200"].content || {});
  const accept = make("select", { "aria-label": "What is accepted" }, ...accepts.map((text) => make("option", { text })));
  const send = make("button", { text: "Send", type: "button" });
  const stop = make("button", { text: "Stop", type: "button", hidden: "" });
  const status = make("p", { role: "status" });
  const output = make("pre", { tabindex: "0" });
  output.hidden = true;
  let running;
  stop.addEventListener("click", () => running && running.abort());
  send.addEventListener("click", async () => {
    running = new AbortController();
    stop.hidden = false;
    output.hidden = false;
    output.textContent = "";
    status.className = "";
    status.textContent = "…";
    const began = performance.now();
    try {
      let target = path;
      const query = new URLSearchParams();
      for (const { parameter, field } of parameters) {
        if (parameter.in === "path") target = target.replace(`{${parameter.name}}`, encodeURIComponent(field.value));
        else if (field.value !== "") query.set(parameter.name, field.value);
      }
      const headers = { accept: accept.value || "application/json" };
      if (byId("key").value) headers.authorization = `Bearer ${byId("key").value}`;
      if (content) headers["content-type"] = "application/json";
      const address = base() + target + (query.size ? `?${query}` : "");
      const answer = await fetch(address, { method, headers, body: content ? area.value : undefined, signal: running.signal });
      status.className = answer.ok ? "" : "failed";
      const line = () => `${answer.status} ${answer.statusText} · ${Math.round(performance.now() - began)} ms · ${answer.headers.get("x-request-id") || ""}`;
      status.textContent = line();
      const isJson = (answer.headers.get("content-type") || "").includes("json");
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let piece = await reader.read(); !piece.done; piece = await reader.read()) output.append(piece.value);
      if (isJson) {
        try { output.textContent = JSON.stringify(JSON.parse(output.textContent), null, 2); } catch { /* shown as it came */ }
      }
      status.textContent = line();
    } catch (error) {
      status.className = "failed";
      status.textContent = error.name === "AbortError" ? "stopped" : `no answer: ${error.message}`;
    }
    stop.hidden = true;
  });
  const row = make("div", { className: "row" });
  if (examples.length > 1) row.append(choice);
  row.append(...parameters.map(({ label }) => label));
  if (accepts.length > 1) row.append(accept);
  row.append(send, stop);
  return [make("h3", { text: "Try it" }), ...(content ? [area] : []), row, status, output];
};

const operationOf = (path, method, operation, isOpen) => {
  const body = make("div");
  if (operation.description) body.append(make("p", { text: operation.description, className: "text" }));
  if (operation.parameters) {
    body.append(make("h3", { text: "Parameters" }), table(["name", "type", "meaning"],
      operation.parameters.map((one) => [`${one.name} (${one.in})`, typeOf(one.schema), one.description || ""])));
  }
  const content = operation.requestBody && operation.requestBody.content["application/json"];
  const fields = content ? properties(content.schema) : [];
  if (fields.length) body.append(make("h3", { text: "Body" }), table(["name", "type", "meaning", "default"], fields));
  body.append(make("h3", { text: "Answers" }), table(["status", "meaning", "form"],
    Object.entries(operation.responses).map(([status, one]) => [status, one.description, Object.keys(one.content || {}).join(", ")])));
  body.append(...trial(path, method.toUpperCase(), operation));
  const head = make("summary", {},
    make("span", { text: method.toUpperCase(), className: "method" }),
    make("span", { text: path, className: "path" }),
    make("span", { text: operation.summary || "" }));
  const details = make("details", { className: "operation", id: operation.operationId }, head, body);
  details.open = isOpen;
  return details;
};

const start = async () => {
  const main = byId("operations");
  const load = async () => {
    const key = byId("key").value;
    return fetch("openapi.json", { headers: key ? { authorization: `Bearer ${key}` } : {} });
  };
  const answer = await load();
  if (answer.status === 401) {
    byId("key-line").hidden = false;
    main.replaceChildren(make("p", { text: "This server asks for a key." }));
    byId("key").addEventListener("change", start, { once: true });
    return;
  }
  if (!answer.ok) {
    main.replaceChildren(make("p", { text: `openapi.json: ${answer.status} ${answer.statusText}`, className: "failed" }));
    return;
  }
  description = await answer.json();
  document.title = `${description.info.title} – API`;
  byId("title").textContent = description.info.title;
  byId("about").textContent = description.info.description || "";
  byId("key-line").hidden = !description.security;
  const all = Object.entries(description.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => [path, method, operation]));
  main.replaceChildren(...all.map(([path, method, operation], index) => operationOf(path, method, operation, index === 0)));
};

start().catch((error) => {
  byId("operations").replaceChildren(make("p", { text: `cannot show the description: ${error.message}`, className: "failed" }));
});
