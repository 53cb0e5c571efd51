// Values on the page: each shown by its kind.
import { draw, make } from "./dom.js";

const PICTURE = /^data:image\/[\w.+-]+;base64$/;

/** A value as one copies it: a text as it is, anything else as JSON. */
export const exact = (value) => (typeof value === "string" ? value : JSON.stringify(value, null, 2) ?? "");

/** The picture that a value is, if it is one that the page has in hand. */
const picture = (value) => {
  const entries = typeof value === "object" && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
  if (entries.length !== 1) return null;
  const [[name, content]] = entries;
  if (!PICTURE.test(name) || typeof content !== "string" || !/^[A-Za-z0-9+/=\s]*$/.test(content)) return null;
  return make("img", { className: "picture", src: `${name},${content}`, alt: "Picture" });
};

/** A value by its kind. */
export const show = (value) => {
  if (value === null || value === undefined) return make("span", { className: "nothing", text: "nothing (null)" });
  if (typeof value === "string") return value === "" ? make("span", { className: "nothing", text: "an empty text" }) : make("div", { className: "text", text: value });
  if (typeof value === "boolean") return make("span", { className: `flag ${value}`, text: value ? "✓ true" : "✗ false" });
  if (typeof value === "number" || JSON.isRawJSON?.(value)) return make("span", { className: "number", text: JSON.stringify(value) });
  return picture(value) ?? make("pre", { className: "json", text: exact(value), tabindex: "0" });
};

// What models say is often written in Markdown; a part of it is shown as it is meant. Elements are made by hand, so nothing that is
// said can become one by itself.

const INLINE = /`([^`\n]+)`|\*\*([^*\n]+)\*\*|\[([^\]\n]+)\]\((https?:\/\/[^\s)]+)\)/g;

const inline = (parent, text) => {
  let at = 0;
  for (const found of text.matchAll(INLINE)) {
    parent.append(text.slice(at, found.index));
    const [whole, code, strong, words, address] = found;
    if (code !== undefined) parent.append(make("code", { text: code }));
    else if (strong !== undefined) parent.append(make("strong", { text: strong }));
    else parent.append(make("a", { href: address, target: "_blank", rel: "noopener noreferrer", text: words, title: address }));
    at = found.index + whole.length;
  }
  parent.append(text.slice(at));
  return parent;
};

/** What a model said, as blocks. */
export const said = (text) => {
  const root = make("div", { className: "said" });
  let lines = [];
  let list = null;
  let code = null;
  const flush = () => {
    if (lines.length > 0) root.append(inline(make("p"), lines.join("\n")));
    lines = [];
    list = null;
  };
  for (const line of text.split("\n")) {
    if (code !== null) {
      if (/^\s*```\s*$/.test(line)) code = null;
      else code.textContent += `${line}\n`;
      continue;
    }
    const fence = /^\s*```\s*([\w+-]*)\s*$/.exec(line);
    const item = /^\s*(?:([-*•])|(\d{1,3})[.)])\s+(.*)$/.exec(line);
    const heading = /^(#{1,4})\s+(.*)$/.exec(line);
    if (fence) {
      flush();
      code = make("code");
      root.append(make("pre", { tabindex: "0" }, code));
    } else if (heading) {
      flush();
      root.append(inline(make("p", { className: "heading" }), heading[2]));
    } else if (item) {
      const tag = item[1] ? "UL" : "OL";
      if (list === null || list.tagName !== tag) {
        flush();
        list = tag === "UL" ? make("ul") : make("ol", { start: item[2] });
        root.append(list);
      }
      list.append(inline(make("li"), item[3]));
    } else if (line.trim() === "") flush();
    else {
      if (list !== null) flush();
      lines.push(line);
    }
  }
  flush();
  return root;
};

/** The dots that say that something is under way. */
export const dots = () =>
  draw("svg", { viewBox: "0 0 40 12", className: "dots", "aria-hidden": "true" },
    ...[6, 20, 34].map((cx) => draw("circle", { cx, cy: 6, r: 4 })));

/** What a model has said so far, with a mark where it goes on. */
export const speaking = (text) => {
  const root = said(text);
  let end = root;
  while (["P", "UL", "OL", "LI"].includes(end.lastElementChild?.tagName)) end = end.lastElementChild;
  end.append(make("span", { className: "caret" }));
  return root;
};
