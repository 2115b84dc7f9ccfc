/** The built-in plugins, each loaded when it is first used. Written by `deno task manifest`: do not edit. */

/** Loads the module of each plugin, by `kind/name`. */
export const manifest: Readonly<Record<string, () => Promise<unknown>>> = {
  "augmentation/horizontal-flip": () => import("./augmentation/horizontal-flip.ts"),
  "augmentation/random-crop": () => import("./augmentation/random-crop.ts"),
  "backend/auto": () => import("./backend/auto.ts"),
  "backend/cpu": () => import("./backend/cpu.ts"),
  "backend/wasm": () => import("./backend/wasm.ts"),
  "dataset/emoji": () => import("./dataset/emoji.ts"),
  "dataset/image-folder": () => import("./dataset/image-folder.ts"),
  "dataset/oxford-flowers-102": () => import("./dataset/oxford-flowers-102.ts"),
  "ema/exponential": () => import("./ema/exponential.ts"),
  "loss/denoising": () => import("./loss/denoising.ts"),
  "metric/kid": () => import("./metric/kid.ts"),
  "metric/validation-error": () => import("./metric/validation-error.ts"),
  "network/attention-unet": () => import("./network/attention-unet.ts"),
  "network/clear-unet": () => import("./network/clear-unet.ts"),
  "network/patch-unet": () => import("./network/patch-unet.ts"),
  "network/residual-unet": () => import("./network/residual-unet.ts"),
  "normalizer/mean-variance": () => import("./normalizer/mean-variance.ts"),
  "normalizer/range": () => import("./normalizer/range.ts"),
  "optimizer/adamw": () => import("./optimizer/adamw.ts"),
  "parametrization/noise": () => import("./parametrization/noise.ts"),
  "parametrization/signal": () => import("./parametrization/signal.ts"),
  "parametrization/velocity": () => import("./parametrization/velocity.ts"),
  "sampler/ddim": () => import("./sampler/ddim.ts"),
  "schedule/cosine": () => import("./schedule/cosine.ts"),
};
