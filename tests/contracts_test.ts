/** Every built-in plugin keeps the contract of its kind. */
import { contract, type ContractSettings } from "denoise/testing";
import { findPlugins } from "../plugins/generate_manifest.ts";
import { writeFakeWeights } from "../plugins/metric/kid/testing.ts";
import { encodePng } from "../lib/image/mod.ts";
import { pjrtPlugin as pjrt, tensorflow, webgpu, xla } from "./backends.ts";

/** Log-SNRs that a schedule runs between, some of them extreme. */
const ends: readonly ContractSettings[] = [
  {},
  { options: { start_log_snr: 3, end_log_snr: -10 } },
  { options: { start_log_snr: 14, end_log_snr: -14 } },
];

/** What plugins are tried with besides their defaults; several settings where options change what a plugin does. */
const settings: Readonly<Record<string, readonly ContractSettings[]>> = {
  "network/residual-unet": [{ options: { widths: [4, 6, 8], embedding_dims: 8 } }, {
    options: { widths: [4, 6], block_depth: 1, embedding_dims: 8, classes: 3, dropout: 0.2, jump: true },
  }],
  "network/clear-unet": [{ options: { widths: [4, 6], block_depth: 1, embedding_dims: 8, image_dims: 5 } }],
  "network/attention-unet": [{
    options: {
      widths: [4, 6, 8],
      attention_levels: [1, 2],
      groups: 2,
      embedding_dims: 8,
      image_dims: 4,
      block_depth: 1,
    },
  }, {
    options: {
      widths: [4, 6],
      attention_levels: [],
      groups: 2,
      embedding_dims: 8,
      image_dims: 4,
      patch_size: 2,
      classes: 2,
      jump: true,
    },
  }],
  "schedule/cosine": [{}, { options: { min_signal_rate: 0.02, max_signal_rate: 0.95 } }, {
    options: { start_log_snr: 3, end_log_snr: -10 },
  }],
  "schedule/linear": ends,
  "schedule/log-snr-linear": ends,
  "schedule/log-noise-linear": ends,
  "schedule/log-signal-linear": ends,
  "schedule/noise-step-linear": [...ends, { options: { growth: "quickening" } }],
  "schedule/signal-step-linear": ends,
  "schedule/discrete": [{}, { options: { betas: "squared-cosine" } }, {
    options: { betas: "scaled-linear", beta_start: 0.00085, beta_end: 0.012, zero_snr: true },
  }],
  "schedule/cosine-shifted": [{}, { options: { start_log_snr: 14, end_log_snr: -14, noise_size_end: 64 } }],
  "loss/denoising": [
    {},
    { options: { weighting: "noise", error: "mse", reduction: "sum" } },
    { options: { weighting: "signal", levels: "uniform-noise-power" } },
    { options: { weighting: "flow", levels: "logit-normal", error: "mse", least_time: 0.05 } },
    { options: { weighting: "noise", levels: "log-normal", error: "pseudo-huber", weights: "min-snr" } },
    { options: { weighting: "signal", levels: "mode", error: "mse", weights: "edm" } },
    { options: { noise_choices: 4, uncertainty: true, importance: 4 } },
  ],
  "loss/consistency": [
    {},
    { options: { levels: "logit-normal", q: 256, error: "mse", weights: "edm" } },
    { options: { mapping: "constant", weights: "none", levels: "uniform-time" } },
  ],
  "parametrization/edm": [{}, { options: { sigma_data: 0.5 } }, { options: { sigma_data: "measured" } }],
  "parametrization/flow": [{}, { options: { predicts: "image" } }],
  "optimizer/adam": [{ options: { warmup: 5, learning_rate: 0.1 } }],
  "optimizer/sgd": [{}, { options: { momentum: 0 } }, { options: { nesterov: true, max_norm: 1 } }],
  "optimizer/lion": [{ options: { learning_rate: 0.01, schedule: "cosine", until: 50 } }],
  "optimizer/radam": [{ options: { learning_rate: 0.1, weight_decay: 0.01 } }],
  "optimizer/muon": [{ options: { adamw_rate: 0.01, scaling: "moonshot" } }],
  "optimizer/adamw": [{}, { options: { scale_decay: false, weight_decay: 0.01, learning_rate: 0.1, beta_1: 0 } }],
  "ema/exponential": [{}, { options: { warmup: false, buffers: false } }, {
    options: { power: 0.75, inv_gamma: 5, also: [0.9] },
  }, {
    options: { warmup: false, start: 2, every: 3 },
  }],
  "ema/half-life": [{ options: { images: 50, also: [10] } }, { options: { images: 50, ramp_up: null } }],
  "ema/power-function": [{}, { options: { gamma: 2.5, also: [] } }, { options: { std: 0.05, also: [0.1, 0.25] } }],
  "sampler/second-order": [{ options: { steps: 5 } }, { options: { steps: 5, second_order_alpha: 1 } }, {
    options: { steps: 5, second_order_alpha: 0.667, stochasticity: 0.5 },
  }],
  "sampler/multistep": [
    ...[1, 2, 3].map((order) => ({ options: { steps: 6, order } })),
    { options: { steps: 6, order: 3, weights: "exact" } }, // float32 shows no more: order_test.ts fits the others
    { options: { steps: 6, order: 2, second_order_alpha: 0.5 } },
    { options: { steps: 6, order: 3, second_order_alpha: 1 } },
  ],
  "sampler/ddim": [{ options: { steps: 5 } }, { options: { steps: 5, stochasticity: 1 } }, {
    options: { steps: 5, stochasticity: 0.5, variance_preserving: false },
  }],
  "sampler/euler": [{ options: { steps: 5 } }, { options: { steps: 5, spacing: "karras", churn: 3 } }],
  "sampler/heun": [{ options: { steps: 5 } }, { options: { steps: 5, path: "flow", spacing: "flow", churn: 1 } }],
  "sampler/dpm-2": [{ options: { steps: 5 } }],
  "sampler/midpoint": [{ options: { steps: 5 } }],
  "sampler/euler-ancestral": [{ options: { steps: 5 } }, { options: { steps: 5, eta: 0 } }],
  "sampler/dpm-2-ancestral": [{ options: { steps: 5 } }, { options: { steps: 5, eta: 0, spacing: "exponential" } }],
  "sampler/dpmpp": [
    { options: { steps: 5 } },
    { options: { steps: 6, order: 3, spacing: "log-snr" } },
    { options: { steps: 6, method: "singlestep", order: 3, last: "zero" } },
    { options: { steps: 5, order: 3, eta: 1 } },
  ],
  "sampler/dpmpp-2s": [{ options: { steps: 5 } }, { options: { steps: 5, eta: 1 } }],
  "sampler/dpmpp-sde": [{ options: { steps: 5 } }, { options: { steps: 5, eta: 0 } }],
  "sampler/unipc": [{ options: { steps: 5 } }, { options: { steps: 6, order: 3, type: "bh1", last: "zero" } }],
  "sampler/deis": [{ options: { steps: 5 } }],
  "sampler/lms": [{ options: { steps: 5 } }],
  "sampler/ipndm": [{ options: { steps: 5 } }],
  "sampler/pndm": [{ options: { steps: 16, start: "runge-kutta" } }, { options: { steps: 5 } }],
  "sampler/ddpm": [{ options: { steps: 5 } }, { options: { steps: 5, variance: "large" } }],
  "sampler/consistency": [{ options: { steps: 3 } }, { options: { steps: 2, timesteps: [999, 500] } }],
  "sampler/dpm-adaptive": [{ options: { max_steps: 16, tolerance: 0.03 } }],
  "augmentation/edm-geometry": [{ options: { probability: 0.5 } }, {
    options: { horizontal_flip: false, rotation: 0 },
  }],
  "augmentation/colour-jitter": [{}, { options: { brightness: [0.5, 2], hue: 0.5, probability: 0.5 } }],
  "augmentation/random-crop": [{}, { options: { size: 12 } }, { options: { padding: 3, pad: "zero" } }],
  "dataset/image-folder": [{ options: { folder: await folderOfPictures(), image_size: 8 } }],
  "dataset/emoji": [{ options: { image_size: 8 } }],
  "metric/validation-error": [{}, { options: { error: "mse" } }],
  "metric/feature-distance": [{ options: { sampler: "preview", images: 8 } }],
  "metric/kid": [{ options: { sampler: "preview", weights: await inceptionWeights() } }],
};

/** Plugins that cannot be tried here. */
const elsewhere: Readonly<Record<string, string>> = {
  ...(pjrt === undefined ? { "backend/xla": "no PJRT plugin is installed" } : {}),
  ...(tensorflow.length === 0 ? { "backend/tensorflow": "its runtime is not installed" } : {}),
  ...(webgpu.length === 0 ? { "backend/webgpu": "WebGPU finds no adapter" } : {}),
  ...Object.fromEntries(
    ["caltech-birds-2011", "celeba", "cifar-10", "inat-butterflies", "oxford-flowers-102", "pokemon"].concat(
      "smithsonian-butterflies",
    ).map((name) => [`dataset/${name}`, "it needs the official archives; its own test serves small ones"]),
  ),
};

for (const name of await findPlugins(new URL("../plugins/", import.meta.url))) {
  if (name in elsewhere) {
    console.log(`contract of ${name} is not tried: ${elsewhere[name]}`);
    continue;
  }
  const { default: plugin } = await import(`../plugins/${name}.ts`);
  const alone = plugin.kind === "backend" || plugin.kind === "dataset"; // the former try themselves, the latter hold no tensors
  for (const [i, each] of (settings[name] ?? [{}]).entries()) {
    // On xla each takes its time to compile, and golden tests try networks there too: its first settings are enough.
    const backends = ["wasm", "cpu", ...(i === 0 ? [...tensorflow, ...xla] : [])];
    contract(plugin, alone ? each : { backends, ...each });
  }
}

/** A file of random weights of InceptionV3, for as long as the tests run. */
async function inceptionWeights(): Promise<string> {
  const path = await Deno.makeTempFile({ prefix: "contract-weights-", suffix: ".h5" });
  globalThis.addEventListener("unload", () => Deno.removeSync(path));
  await writeFakeWeights(path, { layout: "legacy" });
  return path;
}

/** A folder of ten small pictures in two classes, for as long as the tests run. */
async function folderOfPictures(): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "contract-pictures-" });
  globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
  for (let i = 0; i < 10; i++) {
    const data = Uint8Array.from({ length: 9 * 9 * 3 }, (_, byte) => (byte * (i + 1)) % 256);
    const name = `${folder}/${i % 2 === 0 ? "even" : "odd"}`;
    await Deno.mkdir(name, { recursive: true });
    await Deno.writeFile(`${name}/${i}.png`, await encodePng({ width: 9, height: 9, data }));
  }
  return folder;
}
