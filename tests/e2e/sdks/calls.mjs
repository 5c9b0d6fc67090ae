// What calls.py does, with the SDKs for JavaScript: a line of JSON for each scene.
import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const found = createRequire(pathToFileURL(`${process.env.SDKS}/package.json`));
const load = async (name) => (await import(pathToFileURL(found.resolve(name)).href)).default;
const [Anthropic, OpenAI] = [await load("@anthropic-ai/sdk"), await load("openai")];
const all = ["plain", "stream", "tools", "tools-stream", "overloaded", "midway", "slow", "dropped", "big", "parallel"];
const streams = new Set(["stream", "tools-stream", "midway", "dropped"]);

const told = (value) => {
  const text = JSON.stringify(value);
  return text.length < 2000 ? value : createHash("sha256").update(text).digest("hex");
};
const events = async (stream) => {
  const list = [];
  for await (const event of stream) list.push(event);
  return list;
};
const one = new Anthropic({ apiKey: "sk-none", maxRetries: 0 });
const other = new OpenAI({ apiKey: "sk-none", maxRetries: 0 });
const asks = {
  anthropic: async (model, stream, prompt = "hi") => {
    const asked = { model: `claude-opus-4-5-${model}`, max_tokens: 10, messages: [{ role: "user", content: prompt }], stream };
    return stream ? events(await one.messages.create(asked)) : one.messages.create(asked);
  },
  openai: async (model, stream, prompt = "hi") => {
    const asked = { model: `gpt-5-${model}`, messages: [{ role: "user", content: prompt }], stream };
    return stream ? events(await other.chat.completions.create(asked)) : other.chat.completions.create(asked);
  },
};
const scene = (name, ask) => {
  if (name === "big") return ask("plain", false, "x".repeat(100_000_000));
  if (name === "parallel") return Promise.all(Array.from({ length: 64 }, (_, number) => ask("plain", true, `n${String(number).padStart(2, "0")}`)));
  return ask(name.split("-")[0], streams.has(name));
};
for (const [sdk, ask] of Object.entries(asks)) {
  for (const name of all) {
    let result;
    try {
      result = { got: told(await scene(name, ask)) };
    } catch (error) {
      const headers = error.headers ? Object.fromEntries(error.headers.entries()) : {};
      result = { raised: error.constructor.name, status: error.status ?? null, says: String(error.message), headers };
    }
    console.log(JSON.stringify({ sdk, scene: name, ...result }));
  }
}
