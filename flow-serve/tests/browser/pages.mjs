// What `scripts/check-pages` holds the pages of `flow serve` to, in headless Chromium and mostly by keyboard.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const { CHROMIUM, FOLDER, PICTURES, TEXTS, PAGE_FILES } = process.env;
const { chromium } = createRequire(join(FOLDER, "x.js"))("playwright-core");
const address = (name) => readFileSync(join(FOLDER, `${name}.url`), "utf8").trim();
const PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAIAAAACUFjqAAAAEklEQVR4nGNkOMGABzDhkxyp0gCjpgEMWq+H9QAAAABJRU5ErkJggg==";

const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
let passed = 0;

/** Opens a page that must keep quiet: no errors, nothing asked elsewhere. `quiet` says which errors of the console belong to the check. */
const open = async (url, { expected = [], ...options } = {}) => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 820 }, ...options });
  const page = await context.newPage();
  const wrong = [];
  const { origin } = new URL(url);
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type()) && !expected.some((part) => message.text().includes(part))) wrong.push(message.text());
  });
  page.on("pageerror", (error) => wrong.push(`${error}`));
  page.on("dialog", async (dialog) => { wrong.push(`dialog: ${dialog.message()}`); await dialog.dismiss(); });
  page.on("request", (request) => { if (!request.url().startsWith(`${origin}/`) && !request.url().startsWith("data:")) wrong.push(`asked ${request.url()}`); });
  if (PAGE_FILES) {
    await page.route(/\/page\/[a-z]+\.(js|css)$/, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, status: 200, body: readFileSync(join(PAGE_FILES, route.request().url().split("/").pop())) });
    });
  }
  await page.goto(url);
  return { page, close: async () => { assert.deepEqual(wrong, [], url); await context.close(); } };
};

const check = async (what, run) => {
  try {
    await run();
    passed += 1;
    console.log(`ok    ${what}`);
  } catch (error) {
    console.log(`WRONG ${what}\n${error.stack}`);
    process.exitCode = 1;
  }
};

/** Presses the tabulator key until what has the focus is named like this. */
const tabTo = async (page, name, key = "Tab") => {
  const seen = [];
  for (let step = 0; step < 60; step += 1) {
    const at = await page.evaluate(() => {
      const element = document.activeElement;
      const style = getComputedStyle(element);
      const ring = element.querySelector(".ring");
      const visible = (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || (ring && getComputedStyle(ring).stroke !== "none")
        || (element.closest(".line-in") && getComputedStyle(element.closest(".line-in")).boxShadow !== "none");
      return { name: element.getAttribute("aria-label") ?? element.labels?.[0]?.querySelector(".label")?.textContent ?? element.textContent.trim(), visible };
    });
    if (at.name.startsWith(name)) {
      assert.ok(at.visible, `${at.name} has the focus and does not show it`);
      return;
    }
    seen.push(at.name.slice(0, 30));
    await page.keyboard.press(key);
  }
  assert.fail(`no tabulator leads to ${name}: ${seen.join(" | ")}`);
};

const answers = (page) => page.locator(".answer[aria-busy=false]");
const say = async (page, text) => {
  const before = await page.locator(".answer").count();
  await page.keyboard.type(text);
  await page.keyboard.press("Enter");
  await page.locator(".answer").nth(before).waitFor();
};
const settled = (page, count) => page.waitForFunction((count) => document.querySelectorAll(".answer[aria-busy=false]").length === count, count);
const picture = (page, name) => page.screenshot({ path: join(PICTURES, `${name}.png`) });

await check("a chat by keyboard: asking, pieces, history, a new conversation", async () => {
  const { page, close } = await open(`${address("chat")}/`);
  await page.locator(".welcome").waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.id), "say", "one may write at once");
  await page.evaluate(() => {
    window.lengths = new Set();
    new MutationObserver(() => {
      const text = document.querySelector(".answer[aria-busy=true]")?.textContent ?? "";
      if (text) window.lengths.add(text.length);
    }).observe(document.querySelector(".log"), { childList: true, subtree: true, characterData: true });
  });
  await say(page, "one two three four five six seven eight nine ten");
  await settled(page, 1);
  const pieces = await page.evaluate(() => window.lengths.size);
  assert.ok(pieces >= 5, `the answer grew ${pieces} times`);
  assert.match(await answers(page).nth(0).textContent(), /You said: one two .* ten \[plain, after 0: .*\]/);
  await page.keyboard.type("first line");
  await page.keyboard.press("Shift+Enter");
  await say(page, "second line");
  await settled(page, 2);
  assert.match(await answers(page).nth(1).textContent(), /first line\s+second line \[plain, after 1: one two/);
  await tabTo(page, "New conversation", "Shift+Tab");
  await page.keyboard.press("Enter");
  await page.locator(".welcome").waitFor();
  await say(page, "again");
  await settled(page, 1);
  assert.match(await answers(page).nth(0).textContent(), /after 0/);
  await close();
});

await check("figures, thumbs, copies", async () => {
  const { page, close } = await open(`${address("chat")}/`, { permissions: ["clipboard-read", "clipboard-write"] });
  await say(page, "figures");
  await settled(page, 1);
  assert.match(await page.locator(".figures").textContent(), /^\d+ ms · \d+ tokens · \$0\.\d+$|^\d+(\.\d)? s · \d+ tokens · \$0\.\d+$/);
  const told = page.waitForRequest(/feedback/);
  await tabTo(page, "Good answer", "Shift+Tab");
  await page.keyboard.press("Space");
  const { request_id: id, vote } = (await told).postDataJSON();
  assert.match(id, /^[0-9a-f]{32}$/);
  assert.equal(vote, "up");
  await page.locator("[aria-label='Good answer'][aria-pressed=true]").waitFor();
  await tabTo(page, "Copy the answer", "Shift+Tab");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.getElementById("status").textContent === "Copied");
  assert.match(await page.evaluate(() => navigator.clipboard.readText()), /^You said: figures/);
  await close();
});

await check("Esc and the button stop an answer, which is then forgotten", async () => {
  const { page, close } = await open(`${address("chat")}/`);
  await say(page, "forever");
  await page.waitForFunction(() => document.querySelector(".answer").textContent.includes("two"));
  await page.keyboard.press("Escape");
  await settled(page, 1);
  assert.match(await answers(page).nth(0).textContent(), /^one two.*Stopped/s);
  await page.locator(".box.llm[data-state=stopped]").waitFor();
  await say(page, "forever");
  await page.waitForFunction(() => document.querySelectorAll(".answer")[1].textContent.includes("one"));
  await tabTo(page, "Stop");
  await page.keyboard.press("Enter");
  await settled(page, 2);
  await tabTo(page, "Your message", "Shift+Tab");
  await say(page, "hello");
  await settled(page, 3);
  assert.match(await answers(page).nth(2).textContent(), /after 0/);
  await close();
});

await check("an error tells its code, its node and what was said, and can be tried again", async () => {
  const { page, close } = await open(`${address("chat")}/`);
  await say(page, "refused");
  await settled(page, 1);
  const text = await page.locator(".answer .failure").textContent();
  assert.match(text, /^[a-z-]+in speak/);
  await page.locator(".box.llm[data-state=failed]").waitFor();
  await tabTo(page, "Try again", "Shift+Tab");
  await page.keyboard.press("Enter");
  await settled(page, 1);
  await picture(page, "error");
  await close();
});

await check("nodes tell their states, and their inputs and outputs on Enter", async () => {
  const { page, close } = await open(`${address("chat")}/`);
  const states = await page.locator(".box").evaluateAll((boxes) => boxes.map((box) => `${box.getAttribute("aria-label")}`));
  assert.deepEqual(states.slice(2).sort(), ["manner, prompt, waiting", "remember, prompt, waiting", "speak, llm · gpt-4o-mini, waiting"]);
  await say(page, "forever");
  await page.locator(".box.llm[data-state=running]").waitFor();
  await page.locator(".box.prompt[data-state=bypassed]").waitFor();
  await page.locator(".box.prompt[data-state=done]").waitFor();
  await picture(page, "chat-running");
  await page.keyboard.press("Escape");
  await settled(page, 1);
  await say(page, "what goes in?");
  await settled(page, 2);
  await page.locator(".box.llm[data-state=done]").waitFor();
  await tabTo(page, "4 inputs");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  assert.match(await page.evaluate(() => document.activeElement.getAttribute("aria-label")), /^speak, llm · gpt-4o-mini, done in /);
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "node");
  const text = await page.locator("#node").textContent();
  assert.match(text, /Inputs.*question.*what goes in\?.*Output.*You said: what goes in\?/s);
  await picture(page, "chat-node");
  await page.keyboard.press("Escape");
  assert.ok(await page.locator("#node").isHidden());
  assert.match(await page.evaluate(() => document.activeElement.getAttribute("aria-label")), /^speak/, "the focus is where it was");
  // The steps of an earlier answer.
  await tabTo(page, "Show the steps", "Shift+Tab");
  await tabTo(page, "Your message");
  await page.locator("[aria-label^='Show the steps']").first().click();
  await page.locator(".box.llm[data-state=stopped]").waitFor();
  await close();
});

await check("further inputs are sent along, and complain at their fields", async () => {
  const { page, close } = await open(`${address("chat")}/`);
  await tabTo(page, "2 further inputs", "Shift+Tab");
  await page.keyboard.press("Enter");
  await tabTo(page, "tone");
  await page.keyboard.press("Control+A");
  await page.keyboard.type("merry");
  await tabTo(page, "times");
  await page.keyboard.press("Control+A");
  await page.keyboard.type("1.5");
  await tabTo(page, "Your message");
  await page.keyboard.type("how?");
  await page.keyboard.press("Enter");
  assert.equal(await page.locator(".problem:visible").textContent(), "this must be a whole number");
  assert.equal(await page.locator(".answer").count(), 0);
  await page.keyboard.press("Control+A");
  await page.keyboard.type("3");
  await tabTo(page, "Your message");
  await page.keyboard.press("Enter");
  await settled(page, 1);
  assert.match(await answers(page).nth(0).textContent(), /how\? \[merry, after 0/);
  assert.match(await page.locator(".others").textContent(), /length3/);
  await picture(page, "chat-inputs");
  await close();
});

await check("pictures are sent along, and Markdown is shown as it is meant", async () => {
  const { page, close } = await open(`${address("album")}/`);
  await page.locator(".composer input[type=file]").setInputFiles([
    { name: "dot.png", mimeType: "image/png", buffer: Buffer.from(PIXEL, "base64") },
    { name: "other.png", mimeType: "image/png", buffer: Buffer.from(PIXEL, "base64") },
  ]);
  await page.locator(".chip").nth(1).waitFor();
  await tabTo(page, "Remove other.png", "Shift+Tab");
  await page.keyboard.press("Enter");
  const sent = page.waitForRequest(/run/);
  await say(page, "what is it?");
  const { question } = (await sent).postDataJSON();
  assert.deepEqual(question, ["what is it?", { "data:image/png;base64": PIXEL }]);
  await settled(page, 1);
  await say(page, "and now?");
  await settled(page, 2);
  assert.deepEqual(await page.locator(".answer .heading").allTextContents(), ["2 parts, 0 before", "1 parts, 1 before"]);
  const first = page.locator(".answer").first();
  assert.deepEqual(await first.locator("li").allTextContents(), ["bold and code", "a link and [none](javascript:window.hit=9)"]);
  assert.deepEqual(await first.locator("a").evaluateAll((all) => all.map((one) => [one.href, one.rel])), [["https://example.com/", "noopener noreferrer"]]);
  await picture(page, "album");
  await close();
});

await check("a form by keyboard: what does not fit is told, values keep their digits, outputs by type", async () => {
  const { page, close } = await open(`${address("form")}/`, { permissions: ["clipboard-read", "clipboard-write"] });
  await page.locator(".field").first().waitFor();
  assert.ok(!(await page.content()).includes("hush"), "a secret's default is told to nobody");
  assert.equal(await page.locator(".field.int input").inputValue(), "9007199254740993");
  await page.keyboard.press("Control+Enter");
  assert.equal(await page.locator(".problem:visible").textContent(), "this must be given");
  await page.keyboard.type("it's \"quoted\"");
  await tabTo(page, "items");
  await page.keyboard.press("Control+A");
  await page.keyboard.type("{\"a\": 1}");
  await tabTo(page, "entry");
  assert.equal(await page.locator(".problem:visible").textContent(), "this must be a list");
  await tabTo(page, "items", "Shift+Tab");
  await page.keyboard.press("Control+A");
  await page.keyboard.type("[1, ");
  await tabTo(page, "Run");
  await page.keyboard.press("Enter");
  assert.match(await page.locator(".problem:visible").textContent(), /^this is not JSON: /);
  await picture(page, "form-invalid");
  await page.keyboard.press("Control+A");
  await page.keyboard.type("[1, \"<b>\", {\"x\": null}]");
  await tabTo(page, "flag", "Shift+Tab");
  await page.keyboard.press("Space");
  await page.locator("input[type=file]").setInputFiles({ name: "dot.png", mimeType: "image/png", buffer: Buffer.from(PIXEL, "base64") });
  await page.locator(".preview img").waitFor();
  const sent = page.waitForRequest(/run/);
  await tabTo(page, "Run");
  await page.keyboard.press("Enter");
  const body = (await sent).postData();
  assert.deepEqual(JSON.parse(body), { word: "it's \"quoted\"", flag: false, items: [1, "<b>", { x: null }], picture: { "data:image/png;base64": PIXEL } });
  await page.locator(".results[aria-busy=false] .output").first().waitFor();
  const outputs = await page.locator(".output .value").evaluateAll((values) => values.map((value) => value.textContent));
  assert.match(outputs[0], /^it's "quoted" 9007199254740993 1\.5 False/);
  assert.equal(outputs[1], "9007199254740993");
  assert.equal(outputs[2], "✗ false");
  assert.equal(outputs[3], JSON.stringify([1, "<b>", { x: null }], null, 2));
  await page.locator(".output img.picture").waitFor();
  await tabTo(page, "Copy as curl");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.getElementById("status").textContent === "Copied");
  const curl = await page.evaluate(() => navigator.clipboard.readText());
  assert.ok(curl.startsWith(`curl '${address("form")}/run' \\\n`) && curl.includes("it'\\''s"), curl);
  await page.locator("#work").evaluate((work) => work.scrollTo(0, 0));
  await picture(page, "form");
  await close();
});

await check("a key is asked for, again where it is wrong, and kept in this tab alone", async () => {
  const { key } = JSON.parse(readFileSync(join(FOLDER, "key.json"), "utf8"));
  const { page, close } = await open(`${address("guarded")}/`, { expected: ["401"] });
  await page.locator("dialog.key").waitFor();
  assert.equal(await page.title(), "flow", "the page itself tells nothing of the flow");
  await picture(page, "key");
  await page.keyboard.type("flow-wrong");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.querySelector("#key-why")?.textContent.includes("does not fit"));
  await page.keyboard.type(key);
  await page.keyboard.press("Enter");
  await page.locator(".welcome").waitFor();
  await page.locator("#say").focus();
  await say(page, "hello");
  await settled(page, 1);
  assert.match(await answers(page).nth(0).textContent(), /You said: hello/);
  const kept = await page.evaluate(() => [sessionStorage.length, localStorage.length, document.cookie]);
  assert.deepEqual(kept, [1, 0, ""]);
  await page.reload();
  await page.locator(".welcome").waitFor();
  await close();
});

await check("hostile texts run nothing: in questions, answers, errors, names and descriptions", async () => {
  const texts = readFileSync(TEXTS, "utf8").trim().split("\n").map((line) => JSON.parse(line).text);
  const { page, close } = await open(`${address("hostile")}/`);
  await page.locator(".welcome").waitFor();
  const before = await page.evaluate(() => document.querySelectorAll("script, img, iframe, style, link, object, embed, form, base, meta").length);
  await page.locator(".suggestion").first().click();
  await settled(page, 1);
  for (const [index, text] of texts.entries()) {
    await page.locator("#say").fill(text);
    await page.locator("#say").press("Enter");
    await settled(page, index + 2);
  }
  assert.ok(texts.length >= 100);
  const shown = await page.locator(".user .text").evaluateAll((all) => all.map((one) => one.textContent));
  assert.deepEqual(shown.slice(1), texts.map((text) => text.trim()));
  for (const box of await page.locator(".box").all()) {
    await box.click();
    await page.locator("#node:visible").waitFor();
  }
  await picture(page, "hostile");
  assert.equal(await page.evaluate(() => window.hit), undefined);
  assert.equal(await page.evaluate(() => document.querySelectorAll("script, img, iframe, style, link, object, embed, form, base, meta").length), before);
  const links = await page.locator(".answer a").evaluateAll((all) => all.map((one) => one.protocol));
  assert.ok(links.every((protocol) => ["http:", "https:"].includes(protocol)), links.join());
  const events = await page.evaluate(() => [...document.querySelectorAll("*")].flatMap((one) => [...one.attributes]).filter(({ name }) => name.startsWith("on") || name === "style" || name === "srcdoc").map(({ name, value }) => `${name}=${value}`));
  assert.deepEqual(events.filter((one) => !one.startsWith("style=min-width") && one !== "style="), []);
  await close();
});

await check("several flows: a page that leads to each, under addresses that hold", async () => {
  const { page, close } = await open(`${address("several")}/`);
  await page.locator(".card").first().waitFor();
  await picture(page, "index");
  await tabTo(page, "product-chat");
  await page.keyboard.press("Enter");
  await page.locator(".welcome").waitFor();
  assert.ok(page.url().endsWith("/product-chat/"));
  await say(page, "How do I descale it?");
  await settled(page, 1);
  await say(page, "And how often?");
  await settled(page, 2);
  await page.locator(".box.llm[data-state=done]").nth(1).waitFor();
  await page.locator(".box.llm").last().click();
  await picture(page, "product-chat");
  await page.goto(`${address("several")}/language-tour/`);
  await page.locator(".field").first().waitFor();
  await page.keyboard.press("Control+Enter");
  await page.locator(".results[aria-busy=false] .figures").waitFor();
  assert.deepEqual(await page.locator(".box:not([data-state=done], [data-state=bypassed])").count(), 0);
  await picture(page, "language-tour");
  await page.locator("[aria-label^='postcard, flow']").press("Enter");
  const inside = await page.locator("#node .items summary").evaluateAll((all) => all.map((one) => one.firstChild.textContent));
  assert.deepEqual(inside.sort(), ["sender", "write"]);
  await page.locator("#node .items summary").first().press("Enter");
  await picture(page, "steps-inside");
  await page.goto(`${address("several")}/image-question`);
  await page.locator(".field").first().waitFor();
  assert.ok(page.url().endsWith("/image-question/"), "the address without its slash leads there");
  await close();
});

for (const colorScheme of ["light", "dark"]) {
  await check(`pictures in ${colorScheme} colours, wide and narrow`, async () => {
    const wide = await open(`${address("several")}/product-chat/`, { colorScheme });
    await wide.page.locator(".welcome").waitFor();
    await picture(wide.page, `welcome-${colorScheme}`);
    await say(wide.page, "How do I descale it?");
    await settled(wide.page, 1);
    await wide.page.locator(".box.llm[data-state=done]").first().waitFor();
    await picture(wide.page, `chat-${colorScheme}`);
    await wide.close();
    const form = await open(`${address("several")}/docs-assistant/`, { colorScheme });
    await form.page.locator(".field").first().waitFor();
    await form.page.keyboard.press("Control+Enter");
    await form.page.locator(".results[aria-busy=false] .figures").waitFor();
    await picture(form.page, `form-${colorScheme}`);
    await form.close();
    const narrow = await open(`${address("several")}/product-chat/`, { colorScheme, viewport: { width: 390, height: 780 }, reducedMotion: "reduce" });
    await say(narrow.page, "How do I descale it?");
    await settled(narrow.page, 1);
    await narrow.page.screenshot({ path: join(PICTURES, `narrow-${colorScheme}.png`), fullPage: true });
    const { inner, outer } = await narrow.page.evaluate(() => ({ inner: document.documentElement.scrollWidth, outer: innerWidth }));
    assert.ok(inner <= outer, `the narrow page is ${inner} wide in ${outer}`);
    await narrow.close();
  });
}

await browser.close();
console.log(`${passed} checks passed, pictures in ${PICTURES}`);
