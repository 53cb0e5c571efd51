// Fields for the inputs of a flow, one by the type of each. Values are kept as JSON texts, so that no digit of a number gets lost.
import { icon, make } from "./dom.js";

const LARGEST = 20 * 1024 * 1024;

/** A value that cannot be sent, and why. */
class Wrong extends Error {}

/** A field that grows with its text. */
export const growing = (area, most = 320) => {
  const fit = () => {
    area.classList.add("measured");
    area.rows = 1;
    const line = parseFloat(getComputedStyle(area).lineHeight) || 24;
    area.rows = Math.max(1, Math.min(Math.floor(most / line), Math.round((area.scrollHeight - 16) / line)));
    area.classList.remove("measured");
  };
  area.addEventListener("input", fit);
  requestAnimationFrame(fit);
  return fit;
};

const text = (id, { type }) => {
  const isSecret = type === "secret";
  const control = isSecret ? make("input", { id, type: "password", autocomplete: "off" }) : make("textarea", { id, rows: "1" });
  const fit = isSecret ? () => {} : growing(control);
  return {
    control,
    set: (value) => { control.value = typeof value === "string" ? value : JSON.stringify(value); fit(); },
    // An empty text is a value, but not one that somebody who filled nothing in has meant.
    json: () => (control.value === "" ? undefined : JSON.stringify(control.value)),
    empty: () => (isSecret ? undefined : JSON.stringify("")),
  };
};

const number = (id, { type }) => {
  const control = make("input", { id, type: "number", step: type === "int" ? "1" : "any", inputmode: type === "int" ? "numeric" : "decimal" });
  return {
    control,
    set: (value) => { control.value = JSON.stringify(value); },
    json: () => {
      const written = control.value.trim();
      if (control.validity.badInput) throw new Wrong("this is not a number");
      if (written === "") return undefined;
      if (type === "int" && !/^-?\d+$/.test(written)) throw new Wrong("this must be a whole number");
      return /^-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?$/.test(written) ? written : JSON.stringify(Number(written));
    },
  };
};

const flag = (id) => {
  const control = make("input", { id, type: "checkbox" });
  return { control, set: (value) => { control.checked = value === true; }, json: () => JSON.stringify(control.checked) };
};

const KINDS = { list: ["a list", "[1, 2]", (value) => Array.isArray(value)],
  object: ["an object", "{\"name\": \"value\"}", (value) => typeof value === "object" && value !== null && !Array.isArray(value)] };

const json = (id, { type }) => {
  const [kind, example, fits] = KINDS[type] ?? ["JSON", "\"text\"", () => true];
  const control = make("textarea", { id, rows: "2", className: "code", spellcheck: "false", autocapitalize: "off", placeholder: example });
  const fit = growing(control);
  return {
    control,
    hint: `${kind === "JSON" ? "Any value" : kind[0].toUpperCase() + kind.slice(1)} in JSON, such as ${example}`,
    set: (value) => { control.value = JSON.stringify(value, null, 2); fit(); },
    json: () => {
      const written = control.value.trim();
      if (written === "") return undefined;
      let value;
      try {
        value = JSON.parse(written);
      } catch (error) {
        throw new Wrong(`this is not JSON: ${error.message.replace(/^JSON\.parse: |^Unexpected/, (start) => (start.startsWith("Unexpected") ? "unexpected" : ""))}`);
      }
      if (!fits(value)) throw new Wrong(`this must be ${kind}`);
      return written;
    },
  };
};

/** A file as base64. */
export const readPicture = (file) => new Promise((give, refuse) => {
  if (!file.type.startsWith("image/")) return refuse(new Wrong(`${file.name} is no picture`));
  if (file.size > LARGEST) return refuse(new Wrong(`${file.name} is larger than ${LARGEST >> 20} MiB`));
  const reader = new FileReader();
  reader.onload = () => give({ [`data:${file.type};base64`]: reader.result.slice(reader.result.indexOf(",") + 1) });
  reader.onerror = () => refuse(new Wrong(`${file.name} cannot be read`));
  return reader.readAsDataURL(file);
});

/** A value that is a picture in the page's hands, as an address for an `img`. */
export const pictureAddress = (value) => {
  const [[kind, content]] = Object.entries(value);
  return `${kind},${content}`;
};

const image = (id, input, tell) => {
  let value;
  const control = make("input", { id, type: "text", placeholder: "https://… or choose a file", spellcheck: "false", autocomplete: "off" });
  const file = make("input", { type: "file", accept: "image/*", className: "unseen", tabindex: "-1", "aria-label": `File for ${input.name}` });
  const preview = make("div", { className: "preview", hidden: true });
  const hold = (picture, words) => {
    value = picture;
    control.value = words;
    preview.hidden = !Object.keys(picture)[0].endsWith(";base64");
    preview.replaceChildren(...(preview.hidden ? [] : [make("img", { className: "picture", src: pictureAddress(picture), alt: words })]));
  };
  const take = async (given) => {
    if (!given) return;
    try {
      hold(await readPicture(given), given.name);
      tell("");
    } catch (error) {
      tell(error.message);
    }
  };
  file.addEventListener("change", () => take(file.files[0]));
  control.addEventListener("input", () => { value = undefined; preview.hidden = true; });
  control.addEventListener("paste", (event) => {
    const given = [...event.clipboardData.files].find((one) => one.type.startsWith("image/"));
    if (given) { event.preventDefault(); take(given); }
  });
  const element = make("div", { className: "picture-field" }, control,
    make("button", { type: "button", className: "quiet", on: { click: () => file.click() } }, icon("picture"), "Choose a file"), file, preview);
  element.addEventListener("dragover", (event) => event.preventDefault());
  element.addEventListener("drop", (event) => { event.preventDefault(); take(event.dataTransfer.files[0]); });
  return {
    control,
    element,
    set: (given) => {
      if (typeof given === "string") control.value = given;
      else if (given && typeof given === "object" && Object.keys(given).length === 1) hold(given, Object.keys(given)[0].endsWith(";base64") ? "picture" : String(Object.values(given)[0]));
    },
    json: () => {
      if (value !== undefined) return JSON.stringify(value);
      return control.value.trim() === "" ? undefined : JSON.stringify(control.value.trim());
    },
  };
};

const MAKERS = { int: number, double: number, bool: flag, list: json, object: json, any: json, image, secret: text, string: text, prompt_template: text, file_path: text };

let count = 0;

class Field {
  constructor(input) {
    count += 1;
    this.input = input;
    const id = `field-${count}`;
    const inner = (MAKERS[input.type] ?? json)(id, input, (why) => this.complain(why));
    this.inner = inner;
    this.control = inner.control;
    this.problem = make("p", { className: "problem", id: `${id}-problem`, hidden: true });
    const hints = [input.description, inner.hint].filter(Boolean).join(" · ");
    const hint = hints ? make("p", { className: "hint", id: `${id}-hint`, text: hints }) : null;
    this.control.setAttribute("aria-describedby", [hint?.id, this.problem.id].filter(Boolean).join(" "));
    if (input.required && input.type !== "bool") this.control.setAttribute("aria-required", "true");
    const label = make("label", { for: id }, make("span", { className: "label", text: input.name }),
      make("span", { className: "type", text: input.required && input.type !== "bool" ? `${input.type}, must be given` : input.type }));
    const control = inner.element ?? this.control;
    this.element = make("div", { className: `field ${input.type}` }, ...(input.type === "bool" ? [control, label] : [label, control]), hint, this.problem);
    this.control.addEventListener("blur", () => this.check());
    this.control.addEventListener("input", () => { if (!this.problem.hidden) this.check(); });
    if (input.default !== undefined) inner.set(input.default);
    else if (input.type === "secret" && !input.required) this.control.setAttribute("placeholder", "As the flow has it");
    this.initial = this.quietly();
  }

  quietly() {
    try {
      return this.inner.json();
    } catch {
      return undefined;
    }
  }

  complain(why) {
    this.problem.hidden = why === "";
    this.problem.textContent = why;
    this.control.setAttribute("aria-invalid", String(why !== ""));
  }

  check() {
    try {
      this.inner.json();
      this.complain("");
      return true;
    } catch (error) {
      this.complain(error.message);
      return false;
    }
  }

  /** The value as JSON; `undefined` where the flow's default is to hold. */
  json() {
    const { required, default: fallback } = this.input;
    let value = this.inner.json();
    if (value === undefined && !required && fallback !== undefined && fallback !== "" && this.inner.empty) value = this.inner.empty();
    if (value === undefined && required) throw new Wrong("this must be given");
    return !required && value === this.initial ? undefined : value;
  }
}

/** The fields of some inputs. */
export class Fields {
  constructor(inputs) {
    this.fields = inputs.map((input) => new Field(input));
    this.elements = this.fields.map((field) => field.element);
  }

  /** Fills fields with values by name. */
  set(values) {
    for (const field of this.fields) if (Object.hasOwn(values, field.input.name)) field.inner.set(values[field.input.name]);
  }

  /** Names and JSON texts of what is to be sent; `null` where something does not fit, which is told at its field. */
  read() {
    const all = [];
    let first = null;
    for (const field of this.fields) {
      try {
        const value = field.json();
        field.complain("");
        if (value !== undefined) all.push([field.input.name, value]);
      } catch (error) {
        field.complain(error.message);
        first ??= field;
      }
    }
    first?.control.focus();
    return first === null ? all : null;
  }

  /** Shows what the server objects to; whether all of it is about these fields. */
  complain(objections) {
    let told = objections.length > 0;
    for (const { input, message } of objections) {
      const field = this.fields.find((one) => one.input.name === input);
      if (field) field.complain(message);
      else told = false;
    }
    return told;
  }
}

/** A JSON object of names and JSON texts. */
export const body = (pairs) => `{${pairs.map(([name, value]) => `${JSON.stringify(name)}: ${value}`).join(", ")}}`;
