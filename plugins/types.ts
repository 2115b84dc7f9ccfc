/** The types of the built-in plugins, for recipes in code. Written by `deno task manifest`: do not edit. */

/** Types of the built-in plugins, by `kind/name`. */
export interface BuiltinPlugins {
  /** plugins/augmentation/horizontal-flip.ts */
  readonly "augmentation/horizontal-flip": typeof import("./augmentation/horizontal-flip.ts").default;
  /** plugins/augmentation/random-crop.ts */
  readonly "augmentation/random-crop": typeof import("./augmentation/random-crop.ts").default;
  /** plugins/backend/auto.ts */
  readonly "backend/auto": typeof import("./backend/auto.ts").default;
  /** plugins/backend/cpu.ts */
  readonly "backend/cpu": typeof import("./backend/cpu.ts").default;
  /** plugins/backend/wasm.ts */
  readonly "backend/wasm": typeof import("./backend/wasm.ts").default;
  /** plugins/backend/webgpu.ts */
  readonly "backend/webgpu": typeof import("./backend/webgpu.ts").default;
  /** plugins/backend/xla.ts */
  readonly "backend/xla": typeof import("./backend/xla.ts").default;
  /** plugins/dataset/caltech-birds-2011.ts */
  readonly "dataset/caltech-birds-2011": typeof import("./dataset/caltech-birds-2011.ts").default;
  /** plugins/dataset/celeba.ts */
  readonly "dataset/celeba": typeof import("./dataset/celeba.ts").default;
  /** plugins/dataset/cifar-10.ts */
  readonly "dataset/cifar-10": typeof import("./dataset/cifar-10.ts").default;
  /** plugins/dataset/emoji.ts */
  readonly "dataset/emoji": typeof import("./dataset/emoji.ts").default;
  /** plugins/dataset/image-folder.ts */
  readonly "dataset/image-folder": typeof import("./dataset/image-folder.ts").default;
  /** plugins/dataset/inat-butterflies.ts */
  readonly "dataset/inat-butterflies": typeof import("./dataset/inat-butterflies.ts").default;
  /** plugins/dataset/oxford-flowers-102.ts */
  readonly "dataset/oxford-flowers-102": typeof import("./dataset/oxford-flowers-102.ts").default;
  /** plugins/dataset/pokemon.ts */
  readonly "dataset/pokemon": typeof import("./dataset/pokemon.ts").default;
  /** plugins/dataset/smithsonian-butterflies.ts */
  readonly "dataset/smithsonian-butterflies": typeof import("./dataset/smithsonian-butterflies.ts").default;
  /** plugins/ema/exponential.ts */
  readonly "ema/exponential": typeof import("./ema/exponential.ts").default;
  /** plugins/loss/denoising.ts */
  readonly "loss/denoising": typeof import("./loss/denoising.ts").default;
  /** plugins/metric/feature-distance.ts */
  readonly "metric/feature-distance": typeof import("./metric/feature-distance.ts").default;
  /** plugins/metric/kid.ts */
  readonly "metric/kid": typeof import("./metric/kid.ts").default;
  /** plugins/metric/validation-error.ts */
  readonly "metric/validation-error": typeof import("./metric/validation-error.ts").default;
  /** plugins/network/attention-unet.ts */
  readonly "network/attention-unet": typeof import("./network/attention-unet.ts").default;
  /** plugins/network/clear-unet.ts */
  readonly "network/clear-unet": typeof import("./network/clear-unet.ts").default;
  /** plugins/network/patch-unet.ts */
  readonly "network/patch-unet": typeof import("./network/patch-unet.ts").default;
  /** plugins/network/residual-unet.ts */
  readonly "network/residual-unet": typeof import("./network/residual-unet.ts").default;
  /** plugins/normalizer/mean-variance.ts */
  readonly "normalizer/mean-variance": typeof import("./normalizer/mean-variance.ts").default;
  /** plugins/normalizer/range.ts */
  readonly "normalizer/range": typeof import("./normalizer/range.ts").default;
  /** plugins/optimizer/adamw.ts */
  readonly "optimizer/adamw": typeof import("./optimizer/adamw.ts").default;
  /** plugins/parametrization/noise.ts */
  readonly "parametrization/noise": typeof import("./parametrization/noise.ts").default;
  /** plugins/parametrization/signal.ts */
  readonly "parametrization/signal": typeof import("./parametrization/signal.ts").default;
  /** plugins/parametrization/velocity.ts */
  readonly "parametrization/velocity": typeof import("./parametrization/velocity.ts").default;
  /** plugins/sampler/ddim.ts */
  readonly "sampler/ddim": typeof import("./sampler/ddim.ts").default;
  /** plugins/sampler/multistep.ts */
  readonly "sampler/multistep": typeof import("./sampler/multistep.ts").default;
  /** plugins/sampler/second-order.ts */
  readonly "sampler/second-order": typeof import("./sampler/second-order.ts").default;
  /** plugins/schedule/cosine.ts */
  readonly "schedule/cosine": typeof import("./schedule/cosine.ts").default;
  /** plugins/schedule/linear.ts */
  readonly "schedule/linear": typeof import("./schedule/linear.ts").default;
  /** plugins/schedule/log-noise-linear.ts */
  readonly "schedule/log-noise-linear": typeof import("./schedule/log-noise-linear.ts").default;
  /** plugins/schedule/log-signal-linear.ts */
  readonly "schedule/log-signal-linear": typeof import("./schedule/log-signal-linear.ts").default;
  /** plugins/schedule/log-snr-linear.ts */
  readonly "schedule/log-snr-linear": typeof import("./schedule/log-snr-linear.ts").default;
  /** plugins/schedule/noise-step-linear.ts */
  readonly "schedule/noise-step-linear": typeof import("./schedule/noise-step-linear.ts").default;
  /** plugins/schedule/signal-step-linear.ts */
  readonly "schedule/signal-step-linear": typeof import("./schedule/signal-step-linear.ts").default;
}
