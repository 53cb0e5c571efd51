import { byId, make } from "./dom.js";
import { get, showFailure } from "./server.js";

const card = (flow) =>
  make("a", { className: "card", href: `${encodeURIComponent(flow.name)}/` },
    make("span", { className: "card-name", text: flow.name }),
    make("span", { className: "badge", text: flow.is_chat ? "chat" : "form" }),
    make("span", { className: "card-about", text: flow.description || "No description." }),
    make("span", { className: "card-inputs", text: flow.inputs.map((input) => input.name).join(" · ") || "No inputs" }));

try {
  const { flows } = await get("flows");
  const work = byId("work");
  byId("about").textContent = `${flows.length} flows are served here.`;
  work.replaceChildren(...flows.map(card));
  work.setAttribute("aria-busy", "false");
} catch (error) {
  showFailure(error);
}
