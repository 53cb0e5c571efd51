// Elements of the page. Whatever comes from flows, models or servers gets in as text, never as markup.

const SVG = "http://www.w3.org/2000/svg";

const fill = (element, { text, className, on = {}, ...attributes }, children) => {
  if (text !== undefined && text !== null) element.textContent = text;
  if (className) element.setAttribute("class", className);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== undefined && value !== null) element.setAttribute(name, value);
  }
  for (const [name, listener] of Object.entries(on)) element.addEventListener(name, listener);
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
};

/** An element with attributes, listeners (`on`) and children. */
export const make = (tag, properties = {}, ...children) => fill(document.createElement(tag), properties, children);

/** The same, of a drawing. */
export const draw = (tag, properties = {}, ...children) => fill(document.createElementNS(SVG, tag), properties, children);

export const byId = (id) => document.getElementById(id);

const PATHS = {
  copy: "M9 9h10v11H9z M5 15V4h10",
  check: "M5 12.5l4.5 4.5L19 7",
  up: "M7 11v9H4v-9z M7 11l4-7c1.5 0 2.3 1 2 2.6L12.4 10H18c1.3 0 2.2 1.2 1.9 2.5l-1.4 6c-.2.9-1 1.5-1.9 1.5H7",
  down: "M17 13V4h3v9z M17 13l-4 7c-1.5 0-2.3-1-2-2.6l.6-3.4H6c-1.3 0-2.2-1.2-1.9-2.5l1.4-6C5.7 4.6 6.5 4 7.4 4H17",
  send: "M12 19V5 M6 11l6-6 6 6",
  stop: "M7 7h10v10H7z",
  close: "M6 6l12 12 M18 6L6 18",
  picture: "M4 5h16v14H4z M4 16l5-5 4 4 3-3 4 4 M15 9.5h.01",
  steps: "M8 5h8v4H8z M4 15h7v4H4z M13 15h7v4h-7z M12 9v3 M7.5 15v-3h9v3",
  again: "M19 12a7 7 0 1 1-2-4.9 M19 4v4h-4",
};

/** A sign of a button; what it means, the button's label says. */
export const icon = (name) =>
  draw("svg", { viewBox: "0 0 24 24", className: "icon", "aria-hidden": "true" }, draw("path", { d: PATHS[name] }));

/** A button that is a sign. */
export const iconButton = (name, label, click, more = {}) =>
  make("button", { type: "button", className: "icon-button", "aria-label": label, title: label, on: { click }, ...more }, icon(name));

/** A button that copies a text, and says so. */
export const copyButton = (label, text) => {
  const button = iconButton("copy", label, async () => {
    const done = await copy(text());
    button.replaceChildren(icon(done ? "check" : "close"));
    say(done ? "Copied" : "The browser does not let this page copy");
    setTimeout(() => button.replaceChildren(icon("copy")), 1500);
  });
  return button;
};

/** Copies a text; also where the browser has a clipboard for pages over HTTPS alone. */
export const copy = async (text) => {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = make("textarea", { className: "unseen", "aria-hidden": "true" });
    area.value = text;
    document.body.append(area);
    const before = document.activeElement;
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    if (before instanceof HTMLElement) before.focus();
    return done;
  }
};

/** Says something to those who hear the page. */
export const say = (text) => {
  const status = byId("status");
  if (status) status.textContent = text;
};

/** A time, as people say it. */
export const time = (milliseconds) => {
  if (!Number.isFinite(milliseconds)) return "";
  if (milliseconds < 1) return "< 1 ms";
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 60000) return `${(milliseconds / 1000).toFixed(milliseconds < 10000 ? 1 : 0)} s`;
  return `${Math.floor(milliseconds / 60000)} min ${Math.round((milliseconds % 60000) / 1000)} s`;
};
