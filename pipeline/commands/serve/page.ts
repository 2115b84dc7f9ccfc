/** The page for people: a form to try the model with. It loads nothing from elsewhere. */
import type { LoadedModel } from "../model/model.ts";
import { escapeXml } from "../../../lib/image/mod.ts";
import { mostScale, type ServeLimits } from "./limits.ts";

/** The page of a model, with a policy that permits its own script and style alone. */
export function page(model: LoadedModel, limits: ServeLimits): Response {
  const nonce = crypto.randomUUID();
  const policy = [
    "default-src 'none'",
    "img-src 'self' data:",
    `style-src 'nonce-${nonce}'`,
    `script-src 'nonce-${nonce}'`,
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
  return new Response(html(model, limits, nonce), {
    headers: { "content-type": "text/html; charset=utf-8", "content-security-policy": policy },
  });
}

function html(model: LoadedModel, limits: ServeLimits, nonce: string): string {
  const { width, height, channels } = model.image;
  const name = escapeXml(model.recipe.name);
  const scale = Math.max(1, Math.min(mostScale, Math.round(128 / width)));
  const option = (value: string, text: string) => `<option value="${escapeXml(value)}">${escapeXml(text)}</option>`;
  const own = model.samplers.map(({ name, plugin, steps }) => option(name, `${name} (${plugin}, ${steps} steps)`));
  const others = model.samplerPlugins.filter((plugin) => !model.samplers.some(({ name }) => name === plugin))
    .map((plugin) => option(plugin, plugin));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${name}: pictures</title>
<style nonce="${nonce}">
:root { --text: #1f2430; --faint: #5d6270; --line: #d5d8df; --back: #fff; --field: #f6f7f9; --accent: #2f5fd0; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e6e8ee; --faint: #a2a8b5; --line: #363b47; --back: #16181d; --field: #20242c; --accent: #8fb0ff; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 2rem 1rem; font: 16px/1.5 system-ui, sans-serif;
  color: var(--text); background: var(--back); }
h1 { font-size: 1.5rem; margin: 0; }
p { color: var(--faint); margin: 0.25rem 0 1.5rem; }
form { display: flex; flex-wrap: wrap; gap: 0.75rem; align-items: end; }
label { display: grid; gap: 0.25rem; font-size: 0.875rem; color: var(--faint); }
input, select, button { font: inherit; color: var(--text); background: var(--field); border: 1px solid var(--line);
  border-radius: 6px; padding: 0.4rem 0.6rem; min-height: 2.5rem; }
input { width: 6.5rem; }
button { cursor: pointer; }
button[type=submit] { background: var(--accent); color: var(--back); border-color: transparent; font-weight: 600; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
figure { margin: 1.5rem 0 0; }
img { display: block; max-width: 100%; image-rendering: pixelated; border: 1px solid var(--line); border-radius: 6px; }
figcaption { color: var(--faint); font-size: 0.875rem; margin-top: 0.5rem; overflow-wrap: anywhere; }
a { color: var(--accent); }
</style>
</head>
<body>
<h1>${name}</h1>
<p>${width} × ${height} pixels${channels === 1 ? ", grey" : ""}, ${model.step.toLocaleString("en")} steps of training,
${escapeXml(model.backend.split(";")[0]!)}. The same seed gives the same picture.</p>
<form action="/generate.png">
<label>Seed <input name="seed" type="number" min="0" max="2147483647" value="0" required></label>
<label>Pictures <input name="count" type="number" min="1" max="${limits.mostPictures}" value="${
    Math.min(12, limits.mostPictures)
  }" required></label>
<label>Sampler <select name="sampler">${[...own, ...others].join("")}</select></label>
<label>Steps <input name="steps" type="number" min="1" max="${limits.mostSteps}" placeholder="its own"></label>
<label>Scale <input name="scale" type="number" min="1" max="${mostScale}" value="${scale}" required></label>
<button type="submit">Draw</button>
<button type="button" id="next">Next seeds</button>
</form>
<figure><img id="picture" alt="" hidden><figcaption id="caption" role="status"></figcaption></figure>
<p><a href="/openapi.json">OpenAPI description</a> · <a href="/model">model</a> · <a href="/metrics">metrics</a></p>
<script nonce="${nonce}">
const form = document.querySelector("form"), image = document.querySelector("#picture");
const caption = document.querySelector("#caption");
async function draw() {
  const words = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== ""));
  const address = "/generate.png?" + words;
  caption.textContent = "drawing";
  const started = performance.now();
  const answer = await fetch(address).catch(() => undefined);
  if (answer?.ok) {
    const bytes = new Uint8Array(await answer.arrayBuffer());
    let text = "";
    for (const byte of bytes) text += String.fromCharCode(byte);
    image.src = "data:image/png;base64," + btoa(text);
    image.alt = "Pictures of the seeds " + answer.headers.get("denoise-seeds");
    image.hidden = false;
    caption.textContent = address + "  (" + ((performance.now() - started) / 1000).toFixed(2) + " s)";
  } else caption.textContent = answer === undefined ? "The server does not answer" : (await answer.json()).detail;
}
form.addEventListener("submit", (event) => { event.preventDefault(); draw(); });
document.querySelector("#next").addEventListener("click", () => {
  form.seed.value = Number(form.seed.value) + Number(form.count.value);
  draw();
});
draw();
</script>
</body>
</html>
`;
}
