/** The options of the built-in plugins, for recipes in code. Written by `deno task manifest`: do not edit. */

/** What may be given to the built-in plugins, by `kind/name`. */
export interface BuiltinPlugins {
  /** plugins/augmentation/colour-jitter.ts */
  readonly "augmentation/colour-jitter": {
    /** Its options. */
    readonly given: {
      /** factors of all values: a number x for 1 - x to 1 + x, not below 0, or [least, most] */
      readonly brightness?: number | readonly (number)[] | undefined;
      /** factors of the distance to the picture's mean grey: a number x for 1 - x to 1 + x, not below 0, or [least, most] */
      readonly contrast?: number | readonly (number)[] | undefined;
      /** factors of the distance to grey: a number x for 1 - x to 1 + x, not below 0, or [least, most] */
      readonly saturation?: number | readonly (number)[] | undefined;
      /** largest turn of all hues either way, as a part of the circle up to 0.5, or [least, most] */
      readonly hue?: number | readonly (number)[] | undefined;
      /** chance that a picture is changed */
      readonly probability?: number | undefined;
    };
  };
  /** plugins/augmentation/edm-geometry.ts */
  readonly "augmentation/edm-geometry": {
    /** Its options. */
    readonly given: {
      /** chance of each change, drawn for each by itself; not of horizontal_flip, which mirrors half of the pictures */
      readonly probability?: number | undefined;
      /** mirrors half of the pictures left to right */
      readonly horizontal_flip?: boolean | undefined;
      /** mirrors half of the pictures that it is drawn for top to bottom */
      readonly vertical_flip?: boolean | undefined;
      /** standard deviation of the scale, in powers of two; 0: sizes stay */
      readonly scale?: number | undefined;
      /** largest angle either way, in degrees */
      readonly rotation?: number | undefined;
      /** standard deviation of stretching one axis and shrinking the other, in powers of two */
      readonly anisotropy?: number | undefined;
      /** standard deviation of shifts, as a part of height and width */
      readonly translation?: number | undefined;
    };
  };
  /** plugins/augmentation/horizontal-flip.ts */
  readonly "augmentation/horizontal-flip": {
    /** Its options. */
    readonly given: {
      /** chance that a picture is mirrored */
      readonly probability?: number | undefined;
    };
  };
  /** plugins/augmentation/random-crop.ts */
  readonly "augmentation/random-crop": {
    /** Its options. */
    readonly given: {
      /** side of the crop, in pixels; default: the size of the pictures */
      readonly size?: number | undefined;
      /** pixels added on each side before cropping */
      readonly padding?: number | undefined;
      /** what to pad with: the picture mirrored at its edge (which is not repeated), or black */
      readonly pad?: "reflect" | "zero" | undefined;
    };
  };
  /** plugins/augmentation/rotate-90.ts */
  readonly "augmentation/rotate-90": {
    /** Its options. */
    readonly given: {
      /** chance that a picture is turned; each of the three turns is as likely as the others */
      readonly probability?: number | undefined;
    };
  };
  /** plugins/augmentation/vertical-flip.ts */
  readonly "augmentation/vertical-flip": {
    /** Its options. */
    readonly given: {
      /** chance that a picture is mirrored */
      readonly probability?: number | undefined;
    };
  };
  /** plugins/backend/auto.ts */
  readonly "backend/auto": {
    /** Its options. */
    readonly given: unknown;
  };
  /** plugins/backend/cpu.ts */
  readonly "backend/cpu": {
    /** Its options. */
    readonly given: unknown;
  };
  /** plugins/backend/tensorflow.ts */
  readonly "backend/tensorflow": {
    /** Its options. */
    readonly given: {
      /** auto: a GPU where there is one and the runtime tensorflow-gpu is installed, else the processor */
      readonly device?: "auto" | "cpu" | "gpu" | undefined;
    };
  };
  /** plugins/backend/wasm.ts */
  readonly "backend/wasm": {
    /** Its options. */
    readonly given: {
      /** threads for convolutions and matrix products; default: one for each processor */
      readonly threads?: number | undefined;
    };
  };
  /** plugins/backend/webgpu.ts */
  readonly "backend/webgpu": {
    /** Its options. */
    readonly given: {
      /** which GPU is asked for where there are two, as in laptops */
      readonly power?: "high-performance" | "low-power" | undefined;
    };
  };
  /** plugins/backend/xla.ts */
  readonly "backend/xla": {
    /** Its options. */
    readonly given: {
      /** of the factors of convolutions and matrix products; all else is float32. float32: all digits. tensorfloat32: 10 bits of mantissa, on NVIDIA GPUs from Ampere on, else float32. mixed: bfloat16, but float32 on a processor that has no fast bfloat16. By default tensorfloat32: fast where there is such a GPU, float32 elsewhere */
      readonly precision?: "float32" | "tensorfloat32" | "mixed" | undefined;
      /** true: a GPU gives the same bits each time, with the kernels that its libraries list first; false: with the kernels that XLA measures to be the fastest, and keeps on disk. A processor gives the same bits in any case; refused on AMD GPUs and TPUs, for which XLA has no such flag */
      readonly deterministic?: boolean | undefined;
      /** devices that share each batch; the state is copied to each, and gradients are summed */
      readonly devices?: number | undefined;
      /** path of a PJRT plugin; by default that of DENOISE_PJRT_PLUGIN, else the best that is installed */
      readonly plugin?: string | undefined;
      /** part of a GPU's memory that may be taken; by default XLA's, three quarters */
      readonly memory_fraction?: number | undefined;
      /** take a GPU's memory at once, not as it is needed */
      readonly preallocate?: boolean | undefined;
    };
  };
  /** plugins/dataset/caltech-birds-2011.ts */
  readonly "dataset/caltech-birds-2011": {
    /** Its options. */
    readonly given: {
      /** side of the square pictures, in pixels */
      readonly image_size?: number | undefined;
      /** interpolation when resizing, antialiased */
      readonly resize?: "bilinear" | "bicubic" | undefined;
      /** added to the bounding box, as a fraction of its side */
      readonly padding?: number | undefined;
      /** web folder to download the official files from instead */
      readonly mirror?: string | undefined;
    };
  };
  /** plugins/dataset/celeba.ts */
  readonly "dataset/celeba": {
    /** Its options. */
    readonly given: {
      /** side of the square pictures, in pixels */
      readonly image_size?: number | undefined;
      /** interpolation when resizing, antialiased */
      readonly resize?: "bilinear" | "bicubic" | undefined;
      /** side of the central square that is used, of 178 */
      readonly crop_size?: number | undefined;
      /** web folder to download the official files from instead */
      readonly mirror?: string | undefined;
    };
  };
  /** plugins/dataset/cifar-10.ts */
  readonly "dataset/cifar-10": {
    /** Its options. */
    readonly given: {
      /** side of the square pictures, in pixels */
      readonly image_size?: number | undefined;
      /** web folder to download the official files from instead */
      readonly mirror?: string | undefined;
    };
  };
  /** plugins/dataset/emoji.ts */
  readonly "dataset/emoji": {
    /** Its options. */
    readonly given: {
      /** side of the square pictures, in pixels */
      readonly image_size?: number | undefined;
      /** colour behind the emoji */
      readonly background?: string | undefined;
      /** which categories are used */
      readonly categories?:
        | readonly (
          | "Activities"
          | "Animals & Nature"
          | "Flags"
          | "Food & Drink"
          | "Objects"
          | "People & Body"
          | "Smileys & Emotion"
          | "Symbols"
          | "Travel & Places"
        )[]
        | undefined;
      /** fraction of the pictures held out for validation, chosen by a hash of their names */
      readonly validation?: number | undefined;
    };
  };
  /** plugins/dataset/image-folder.ts */
  readonly "dataset/image-folder": {
    /** Its options. */
    readonly given: {
      /** the folder, absolute or relative to the recipe; on the command line, to where you are */
      readonly folder: string;
      /** side of the square pictures, in pixels */
      readonly image_size?: number | undefined;
      /** interpolation when resizing, antialiased */
      readonly resize?: "bilinear" | "bicubic" | undefined;
      /** fraction of the pictures held out for validation, chosen by a hash of their names */
      readonly validation?: number | undefined;
      /** fraction of the pictures that may fail to decode */
      readonly broken_limit?: number | undefined;
    };
  };
  /** plugins/dataset/inat-butterflies.ts */
  readonly "dataset/inat-butterflies": {
    /** Its options. */
    readonly given: {
      /** side of the square pictures, in pixels */
      readonly image_size?: number | undefined;
      /** address of the hub, or of a mirror */
      readonly hub?: string | undefined;
    };
  };
  /** plugins/dataset/oxford-flowers-102.ts */
  readonly "dataset/oxford-flowers-102": {
    /** Its options. */
    readonly given: {
      /** side of the square pictures, in pixels */
      readonly image_size?: number | undefined;
      /** interpolation when resizing, antialiased */
      readonly resize?: "bilinear" | "bicubic" | undefined;
      /** web folder to download the official files from instead */
      readonly mirror?: string | undefined;
    };
  };
  /** plugins/dataset/pokemon.ts */
  readonly "dataset/pokemon": {
    /** Its options. */
    readonly given: {
      /** side of the square pictures, in pixels */
      readonly image_size?: number | undefined;
      /** address of the hub, or of a mirror */
      readonly hub?: string | undefined;
    };
  };
  /** plugins/dataset/smithsonian-butterflies.ts */
  readonly "dataset/smithsonian-butterflies": {
    /** Its options. */
    readonly given: {
      /** side of the square pictures, in pixels */
      readonly image_size?: number | undefined;
      /** address of the hub, or of a mirror */
      readonly hub?: string | undefined;
    };
  };
  /** plugins/ema/exponential.ts */
  readonly "ema/exponential": {
    /** Its options. */
    readonly given: {
      /** fraction of the average that is kept per step */
      readonly decay?: number | undefined;
      /** average the running statistics of normalisation too; otherwise the network's own are used */
      readonly buffers?: boolean | undefined;
      /** keep no more than (1 + step) / (10 + step), so that early samples do not show the initial weights */
      readonly warmup?: boolean | undefined;
      /** warm up by 1 - (1 + step / inv_gamma)^-power instead: 2/3 for a million steps or more, 3/4 for fewer */
      readonly power?: number | undefined;
      /** steps in which a warm-up with power gains its first ground */
      readonly inv_gamma?: number | undefined;
      /** updates until which the average is the network itself */
      readonly start?: number | undefined;
      /** updates of the network for one of the average */
      readonly every?: number | undefined;
      /** decays of further averages, kept beside it for sample --ema */
      readonly also?: readonly (number)[] | undefined;
    };
  };
  /** plugins/ema/half-life.ts */
  readonly "ema/half-life": {
    /** Its options. */
    readonly given: {
      /** training pictures after which half of the weight is left */
      readonly images?: number | undefined;
      /** the half-life is no more than this part of the pictures seen so far; null: always `images` */
      readonly ramp_up?: number | null | undefined;
      /** average the running statistics of normalisation too; otherwise the network's own are used */
      readonly buffers?: boolean | undefined;
      /** half-lives of further averages, kept beside it for sample --ema */
      readonly also?: readonly (number)[] | undefined;
    };
  };
  /** plugins/ema/power-function.ts */
  readonly "ema/power-function": {
    /** Its options. */
    readonly given: {
      /** width of the average, as a part of the training: 0 to 0.288 (default: 0.1) */
      readonly std?: number | undefined;
      /** the exponent of its profile, in place of std: 6.94 is std 0.1 */
      readonly gamma?: number | undefined;
      /** stds of further averages beside it: with train.snapshots, two give any other (default: 0.05, or 0.1 beside that) */
      readonly also?: readonly (number)[] | undefined;
      /** average the running statistics of normalisation too; otherwise the network's own are used */
      readonly buffers?: boolean | undefined;
    };
  };
  /** plugins/loss/consistency.ts */
  readonly "loss/consistency": {
    /** Its options. */
    readonly given: {
      /** how noise levels are drawn: times from 0 to 1 through the schedule; independent of the schedule: noise powers from 0 to 1, normal ln σ (EDM), normal logits of the flow's time (SD3; the same with other defaults), SD3's mode, even or logistic ln σ */
      readonly levels?:
        | "uniform-time"
        | "uniform-noise-power"
        | "log-normal"
        | "logit-normal"
        | "mode"
        | "log-uniform"
        | "log-logistic"
        | undefined;
      /** mean of ln σ, as in loss denoising; default: -0.4, which is ECT's -1.1 for normalised pictures */
      readonly level_mean?: number | undefined;
      /** spread of ln σ, as in loss denoising; default: 2 */
      readonly level_std?: number | undefined;
      /** how much mode prefers the middle of the flow's time to its ends: 0 not at all */
      readonly mode_scale?: number | undefined;
      /** least σ of log-uniform and log-logistic levels */
      readonly least_sigma?: number | undefined;
      /** largest σ of log-uniform and log-logistic levels */
      readonly most_sigma?: number | undefined;
      /** side in pixels of the pictures that the levels are meant for: others get a log-SNR shifted by 2 ln(level_size / side), so that larger ones are as noisy to the eye; default: no shift */
      readonly level_size?: number | undefined;
      /** each picture of a batch draws from a range of its own, so that a batch has levels of all sizes */
      readonly stratified?: boolean | undefined;
      /** what each stage divides the distance of the two levels by */
      readonly q?: number | undefined;
      /** updates of the weights in a stage */
      readonly stage_steps?: number | undefined;
      /** stage that lasts to the end, the first being 0; default: where q has divided the distance by 256 */
      readonly last_stage?: number | undefined;
      /** how the distance depends on the level: more of it where there is little noise, or the same share everywhere */
      readonly mapping?: "sigmoid" | "constant" | undefined;
      /** of mapping sigmoid: how much more of it; 8 unless given */
      readonly k?: number | undefined;
      /** of mapping sigmoid: how fast that ends as the noise grows; 0.5 unless given, ECT's 1 for normalised pictures */
      readonly b?: number | undefined;
      /** distance of the two images: the root of the mean square, rounded at zero, or the mean square */
      readonly error?: "pseudo-huber" | "mse" | undefined;
      /** of error pseudo-huber: where it is rounded, in standard deviations of a pixel; iCT: 0.00054, ECT: 0, the least */
      readonly c?: number | undefined;
      /** what multiplies the distance. step: 1 / (t - r), as in ECT; edm: EDM's 1 / t² + 1, or its root with pseudo-huber, for more of high noise, where the first of few steps lies; none: 1 */
      readonly weights?: "step" | "edm" | "none" | undefined;
    };
  };
  /** plugins/loss/denoising.ts */
  readonly "loss/denoising": {
    /** Its options. */
    readonly given: {
      /** component whose error is minimised; each weighs noise levels differently. flow: noise - image, the velocity on the straight path */
      readonly weighting?: "noise" | "signal" | "velocity" | "flow" | undefined;
      /** mean absolute error, mean squared error, or the root of the latter, rounded at zero (pseudo-Huber) */
      readonly error?: "mae" | "mse" | "pseudo-huber" | undefined;
      /** how noise levels are drawn: times from 0 to 1 through the schedule; independent of the schedule: noise powers from 0 to 1, normal ln σ (EDM), normal logits of the flow's time (SD3; the same with other defaults), SD3's mode, even or logistic ln σ */
      readonly levels?:
        | "uniform-time"
        | "uniform-noise-power"
        | "log-normal"
        | "logit-normal"
        | "mode"
        | "log-uniform"
        | "log-logistic"
        | undefined;
      /** mean of log-normal, log-logistic and logit-normal levels; default: -1.2, and 0 of logit-normal */
      readonly level_mean?: number | undefined;
      /** standard deviation of log-normal and logit-normal levels, scale of log-logistic ones; default: 1.2, and 1 of logit-normal */
      readonly level_std?: number | undefined;
      /** how much mode prefers the middle of the flow's time to its ends: 0 not at all */
      readonly mode_scale?: number | undefined;
      /** least σ of log-uniform and log-logistic levels */
      readonly least_sigma?: number | undefined;
      /** largest σ of log-uniform and log-logistic levels */
      readonly most_sigma?: number | undefined;
      /** side in pixels of the pictures that the levels are meant for: others get a log-SNR shifted by 2 ln(level_size / side), so that larger ones are as noisy to the eye; default: no shift */
      readonly level_size?: number | undefined;
      /** each picture of a batch draws from a range of its own, so that a batch has levels of all sizes */
      readonly stratified?: boolean | undefined;
      /** how noise levels count beyond what weighting makes of them. none: as they are drawn. The others are weights of their papers on squared errors, whatever component is compared */
      readonly weights?:
        | "none"
        | "edm"
        | "min-snr"
        | "soft-min-snr"
        | "truncated-snr"
        | "p2"
        | "sigmoid"
        | "sigma-sqrt"
        | "cosmap"
        | undefined;
      /** of min-snr and soft-min-snr: the SNR from which on levels count less, default 5; of p2: the exponent, default 1 */
      readonly gamma?: number | undefined;
      /** of p2: what is added to the SNR */
      readonly p2_k?: number | undefined;
      /** of sigmoid: the log-SNR at which a level counts half; about -3 for 512 pixels */
      readonly sigmoid_bias?: number | undefined;
      /** weights count alike for all log-SNRs, however densely levels are drawn, as the papers of sigmoid have it: errors are divided by that density */
      readonly per_log_snr?: boolean | undefined;
      /** of sigmoid: side in pixels of the pictures that the bias is meant for; others get one shifted by 2 ln(sigmoid_size / side). Default: no shift */
      readonly sigmoid_size?: number | undefined;
      /** of edm: standard deviation of the normalised pictures, 1 with the normalizer mean-variance; measured: what the parametrization edm has measured */
      readonly sigma_data?: number | "measured" | undefined;
      /** of weighting flow: times below it count as it, where the velocity of a predicted image would grow without bounds; JiT: 0.05 */
      readonly least_time?: number | undefined;
      /** noises drawn for each training picture, of which it gets the nearest; 1: the one that is drawn (immiscible diffusion) */
      readonly noise_choices?: number | undefined;
      /** ranges of levels, such as 32, that are drawn the more often the larger their losses have been, and count less for it; default: levels are drawn whatever the losses */
      readonly importance?: number | undefined;
      /** learns how large the error at each level is, and divides by that: all levels then count alike (EDM2) */
      readonly uncertainty?: boolean | undefined;
      /** what is differentiated: the mean, or the sum over batch, height and width of the channels' mean, as the Keras examples do; the error shown is always the mean */
      readonly reduction?: "mean" | "sum" | undefined;
    };
  };
  /** plugins/loss/shortcut.ts */
  readonly "loss/shortcut": {
    /** Its options. */
    readonly given: {
      /** steps of the shortest jump, a power of two: shorter ones are left to the denoiser */
      readonly steps?: number | undefined;
      /** part of the pictures that trains jumps; the rest, the denoiser */
      readonly share?: number | undefined;
    };
  };
  /** plugins/metric/feature-distance.ts */
  readonly "metric/feature-distance": {
    /** Its options. */
    readonly given: {
      /** name of one of samplers */
      readonly sampler: string;
      /** pictures to generate */
      readonly images?: number | undefined;
    };
  };
  /** plugins/metric/kid.ts */
  readonly "metric/kid": {
    /** Its options. */
    readonly given: {
      /** name of one of samplers; 5 steps are enough to compare checkpoints of one run */
      readonly sampler: string;
      /** features that pictures are compared by: InceptionV3 on 75, 150 or 299 pixels, resized as the Keras example does (bilinear) or as clear-diffusion-keras (-bicubic, antialiased); distances by different ones are not comparable */
      readonly features?:
        | "inception-v3-75"
        | "inception-v3-75-bicubic"
        | "inception-v3-150"
        | "inception-v3-150-bicubic"
        | "inception-v3-299"
        | "inception-v3-299-bicubic"
        | undefined;
      /** pictures to generate, and to compare with as many real ones, starting over where there are fewer; default: the number of validation pictures */
      readonly images?: number | undefined;
      /** pictures in one estimate; the result is the mean of all; default: the training batch size */
      readonly batch?: number | undefined;
      /** Keras .h5 file of InceptionV3 without its top, instead of the download; relative to the working directory */
      readonly weights?: string | undefined;
    };
  };
  /** plugins/metric/validation-error.ts */
  readonly "metric/validation-error": {
    /** Its options. */
    readonly given: {
      /** mean absolute error or mean squared error */
      readonly error?: "mae" | "mse" | undefined;
    };
  };
  /** plugins/network/attention-unet.ts */
  readonly "network/attention-unet": {
    /** Its options. */
    readonly given: {
      /** channels at each level, from full resolution down; each level halves the image */
      readonly widths?: readonly (number)[] | undefined;
      /** residual blocks per level, on the way down and on the way up */
      readonly block_depth?: number | undefined;
      /** levels whose blocks end with attention, counted from 0, the full resolution; its memory grows with the square of the pixels */
      readonly attention_levels?: readonly (number)[] | undefined;
      /** heads of an attention, each as wide as its level */
      readonly heads?: number | undefined;
      /** groups of channels that are normalised together; must divide image_dims and all widths */
      readonly groups?: number | undefined;
      /** channels of the noise level embedding: half sines, half cosines */
      readonly embedding_dims?: number | undefined;
      /** highest frequency of the embedding, in periods over noise powers from 0 to 1; the lowest is 1 */
      readonly max_frequency?: number | undefined;
      /** channels of the first convolution */
      readonly image_dims?: number | undefined;
      /** patch size at input and output, in pixels; must divide the image size */
      readonly patch_size?: number | undefined;
      /** how many classes the network tells apart: as many as the dataset has; default: it looks at no labels */
      readonly classes?: number | undefined;
      /** part of the labels that is hidden in training, where there are classes: guidance takes a network that can do without */
      readonly label_dropout?: number | undefined;
      /** part of the values that is dropped in training, before the second convolution of each residual block */
      readonly dropout?: number | undefined;
      /** tells the network the level that its answer leads to, too, for samplers that jump; loss shortcut trains it */
      readonly jump?: boolean | undefined;
    };
  };
  /** plugins/network/clear-unet.ts */
  readonly "network/clear-unet": {
    /** Its options. */
    readonly given: {
      /** channels at each level, from full resolution down; each level halves the image */
      readonly widths?: readonly (number)[] | undefined;
      /** residual blocks per level, on the way down and on the way up */
      readonly block_depth?: number | undefined;
      /** channels of the noise level embedding: half sines, half cosines */
      readonly embedding_dims?: number | undefined;
      /** highest frequency of the embedding, in periods over noise powers from 0 to 1; the lowest is 1 */
      readonly max_frequency?: number | undefined;
      /** channels of the first convolution; default: the first of the widths */
      readonly image_dims?: number | undefined;
      /** concatenate the input image before the last convolution */
      readonly input_skip?: boolean | undefined;
      /** what the running variance averages: the mean squared deviation, as Keras 3, or that times n / (n - 1), as Keras 2 */
      readonly running_variance?: "biased" | "unbiased" | undefined;
      /** how many classes the network tells apart: as many as the dataset has; default: it looks at no labels */
      readonly classes?: number | undefined;
      /** part of the labels that is hidden in training, where there are classes: guidance takes a network that can do without */
      readonly label_dropout?: number | undefined;
      /** part of the values that is dropped in training, before the second convolution of each residual block */
      readonly dropout?: number | undefined;
      /** tells the network the level that its answer leads to, too, for samplers that jump; loss shortcut trains it */
      readonly jump?: boolean | undefined;
    };
  };
  /** plugins/network/patch-unet.ts */
  readonly "network/patch-unet": {
    /** Its options. */
    readonly given: {
      /** side of a patch, in pixels; must divide the image size */
      readonly patch_size?: number | undefined;
      /** channels at each level, from full resolution down; each level halves the image */
      readonly widths?: readonly (number)[] | undefined;
      /** residual blocks per level, on the way down and on the way up */
      readonly block_depth?: number | undefined;
      /** channels of the noise level embedding: half sines, half cosines */
      readonly embedding_dims?: number | undefined;
      /** highest frequency of the embedding, in periods over noise powers from 0 to 1; the lowest is 1 */
      readonly max_frequency?: number | undefined;
      /** channels of the first convolution; default: the first of the widths */
      readonly image_dims?: number | undefined;
      /** concatenate the input image before the last convolution */
      readonly input_skip?: boolean | undefined;
      /** what the running variance averages: the mean squared deviation, as Keras 3, or that times n / (n - 1), as Keras 2 */
      readonly running_variance?: "biased" | "unbiased" | undefined;
      /** how many classes the network tells apart: as many as the dataset has; default: it looks at no labels */
      readonly classes?: number | undefined;
      /** part of the labels that is hidden in training, where there are classes: guidance takes a network that can do without */
      readonly label_dropout?: number | undefined;
      /** part of the values that is dropped in training, before the second convolution of each residual block */
      readonly dropout?: number | undefined;
      /** tells the network the level that its answer leads to, too, for samplers that jump; loss shortcut trains it */
      readonly jump?: boolean | undefined;
    };
  };
  /** plugins/network/residual-unet.ts */
  readonly "network/residual-unet": {
    /** Its options. */
    readonly given: {
      /** channels at each level, from full resolution down; each level halves the image */
      readonly widths?: readonly (number)[] | undefined;
      /** residual blocks per level, on the way down and on the way up */
      readonly block_depth?: number | undefined;
      /** channels of the noise level embedding: half sines, half cosines */
      readonly embedding_dims?: number | undefined;
      /** highest frequency of the embedding, in periods over noise powers from 0 to 1; the lowest is 1 */
      readonly max_frequency?: number | undefined;
      /** channels of the first convolution; default: the first of the widths */
      readonly image_dims?: number | undefined;
      /** concatenate the input image before the last convolution */
      readonly input_skip?: boolean | undefined;
      /** what the running variance averages: the mean squared deviation, as Keras 3, or that times n / (n - 1), as Keras 2 */
      readonly running_variance?: "biased" | "unbiased" | undefined;
      /** how many classes the network tells apart: as many as the dataset has; default: it looks at no labels */
      readonly classes?: number | undefined;
      /** part of the labels that is hidden in training, where there are classes: guidance takes a network that can do without */
      readonly label_dropout?: number | undefined;
      /** part of the values that is dropped in training, before the second convolution of each residual block */
      readonly dropout?: number | undefined;
      /** tells the network the level that its answer leads to, too, for samplers that jump; loss shortcut trains it */
      readonly jump?: boolean | undefined;
    };
  };
  /** plugins/normalizer/mean-variance.ts */
  readonly "normalizer/mean-variance": {
    /** Its options. */
    readonly given: unknown;
  };
  /** plugins/normalizer/range.ts */
  readonly "normalizer/range": {
    /** Its options. */
    readonly given: unknown;
  };
  /** plugins/optimizer/adam.ts */
  readonly "optimizer/adam": {
    /** Its options. */
    readonly given: {
      /** roughly the largest change of a weight per step */
      readonly learning_rate?: number | undefined;
      /** decay of the gradients' mean per step */
      readonly beta_1?: number | undefined;
      /** decay of the squared gradients' mean per step */
      readonly beta_2?: number | undefined;
      /** added to the root of the squared gradients' mean */
      readonly epsilon?: number | undefined;
      /** times each weight, added to its gradient; adamw decays weights apart from that, which works better */
      readonly weight_decay?: number | undefined;
      /** how the learning rate develops after warmup; cosine and linear fall until the end of training, or until */
      readonly schedule?: "constant" | "cosine" | "linear" | "inverse-square-root" | "edm2" | undefined;
      /** how long the learning rate grows from 0, evenly: 500, "1 epoch" or "100000 images"; default: not; edm2: 10000000 images */
      readonly warmup?: number | string | undefined;
      /** where cosine and linear come to their end; default: where training does */
      readonly until?: number | string | undefined;
      /** what of the learning rate cosine and linear end with */
      readonly end_fraction?: number | undefined;
      /** where inverse-square-root begins to fall; default: at the end of warmup; edm2: 70000 steps */
      readonly decay_after?: number | string | undefined;
      /** gradients that are longer, all together, are scaled down to it; default: none are */
      readonly max_norm?: number | undefined;
    };
  };
  /** plugins/optimizer/adamw.ts */
  readonly "optimizer/adamw": {
    /** Its options. */
    readonly given: {
      /** roughly the largest change of a weight per step */
      readonly learning_rate?: number | undefined;
      /** fraction of each weight, biases too, subtracted in a step, times the learning rate */
      readonly weight_decay?: number | undefined;
      /** multiply the decay by the learning rate; TensorFlow Addons does not, which makes it stronger */
      readonly scale_decay?: boolean | undefined;
      /** decay of the gradients' mean per step */
      readonly beta_1?: number | undefined;
      /** decay of the squared gradients' mean per step */
      readonly beta_2?: number | undefined;
      /** added to the root of the squared gradients' mean, before the correction for the first steps */
      readonly epsilon?: number | undefined;
      /** how the learning rate develops after warmup; cosine and linear fall until the end of training, or until */
      readonly schedule?: "constant" | "cosine" | "linear" | "inverse-square-root" | "edm2" | undefined;
      /** how long the learning rate grows from 0, evenly: 500, "1 epoch" or "100000 images"; default: not; edm2: 10000000 images */
      readonly warmup?: number | string | undefined;
      /** where cosine and linear come to their end; default: where training does */
      readonly until?: number | string | undefined;
      /** what of the learning rate cosine and linear end with */
      readonly end_fraction?: number | undefined;
      /** where inverse-square-root begins to fall; default: at the end of warmup; edm2: 70000 steps */
      readonly decay_after?: number | string | undefined;
      /** gradients that are longer, all together, are scaled down to it; default: none are */
      readonly max_norm?: number | undefined;
    };
  };
  /** plugins/optimizer/lion.ts */
  readonly "optimizer/lion": {
    /** Its options. */
    readonly given: {
      /** how far each weight moves in each step */
      readonly learning_rate?: number | undefined;
      /** what the mean counts for in the direction of a step */
      readonly beta_1?: number | undefined;
      /** decay of the gradients' mean per step */
      readonly beta_2?: number | undefined;
      /** fraction of each weight that is subtracted in a step, times the learning rate; three to ten times that of adamw */
      readonly weight_decay?: number | undefined;
      /** how the learning rate develops after warmup; cosine and linear fall until the end of training, or until */
      readonly schedule?: "constant" | "cosine" | "linear" | "inverse-square-root" | "edm2" | undefined;
      /** how long the learning rate grows from 0, evenly: 500, "1 epoch" or "100000 images"; default: not; edm2: 10000000 images */
      readonly warmup?: number | string | undefined;
      /** where cosine and linear come to their end; default: where training does */
      readonly until?: number | string | undefined;
      /** what of the learning rate cosine and linear end with */
      readonly end_fraction?: number | undefined;
      /** where inverse-square-root begins to fall; default: at the end of warmup; edm2: 70000 steps */
      readonly decay_after?: number | string | undefined;
      /** gradients that are longer, all together, are scaled down to it; default: none are */
      readonly max_norm?: number | undefined;
    };
  };
  /** plugins/optimizer/muon.ts */
  readonly "optimizer/muon": {
    /** Its options. */
    readonly given: {
      /** of hidden kernels: their singular values move by as much */
      readonly learning_rate?: number | undefined;
      /** decay of the gradients' mean per step */
      readonly momentum?: number | undefined;
      /** take the gradient as if the momentum had moved already */
      readonly nesterov?: boolean | undefined;
      /** steps of Newton and Schulz that make a change orthogonal */
      readonly steps?: number | undefined;
      /** of a step by the shape of its matrix. original: the root of outputs / inputs, where that is above 1; moonshot: as long as those of AdamW, whose learning rates then fit */
      readonly scaling?: "original" | "moonshot" | undefined;
      /** fraction of each weight that is subtracted in a step, times its learning rate */
      readonly weight_decay?: number | undefined;
      /** learning rate of all other weights, which follows the same schedule */
      readonly adamw_rate?: number | undefined;
      /** of AdamW: decay of the gradients' mean per step */
      readonly beta_1?: number | undefined;
      /** of AdamW: decay of the squared gradients' mean per step */
      readonly beta_2?: number | undefined;
      /** of AdamW: added to the root of the squared gradients' mean */
      readonly epsilon?: number | undefined;
      /** names of hidden weights, or parts of names such as out, that AdamW moves, too */
      readonly adamw_for?: readonly (string)[] | undefined;
      /** how the learning rate develops after warmup; cosine and linear fall until the end of training, or until */
      readonly schedule?: "constant" | "cosine" | "linear" | "inverse-square-root" | "edm2" | undefined;
      /** how long the learning rate grows from 0, evenly: 500, "1 epoch" or "100000 images"; default: not; edm2: 10000000 images */
      readonly warmup?: number | string | undefined;
      /** where cosine and linear come to their end; default: where training does */
      readonly until?: number | string | undefined;
      /** what of the learning rate cosine and linear end with */
      readonly end_fraction?: number | undefined;
      /** where inverse-square-root begins to fall; default: at the end of warmup; edm2: 70000 steps */
      readonly decay_after?: number | string | undefined;
      /** gradients that are longer, all together, are scaled down to it; default: none are */
      readonly max_norm?: number | undefined;
    };
  };
  /** plugins/optimizer/radam.ts */
  readonly "optimizer/radam": {
    /** Its options. */
    readonly given: {
      /** roughly the largest change of a weight per step */
      readonly learning_rate?: number | undefined;
      /** decay of the gradients' mean per step */
      readonly beta_1?: number | undefined;
      /** decay of the squared gradients' mean per step */
      readonly beta_2?: number | undefined;
      /** added to the root of the squared gradients' mean */
      readonly epsilon?: number | undefined;
      /** fraction of each weight that is subtracted in a step, times the learning rate */
      readonly weight_decay?: number | undefined;
      /** how the learning rate develops after warmup; cosine and linear fall until the end of training, or until */
      readonly schedule?: "constant" | "cosine" | "linear" | "inverse-square-root" | "edm2" | undefined;
      /** how long the learning rate grows from 0, evenly: 500, "1 epoch" or "100000 images"; default: not; edm2: 10000000 images */
      readonly warmup?: number | string | undefined;
      /** where cosine and linear come to their end; default: where training does */
      readonly until?: number | string | undefined;
      /** what of the learning rate cosine and linear end with */
      readonly end_fraction?: number | undefined;
      /** where inverse-square-root begins to fall; default: at the end of warmup; edm2: 70000 steps */
      readonly decay_after?: number | string | undefined;
      /** gradients that are longer, all together, are scaled down to it; default: none are */
      readonly max_norm?: number | undefined;
    };
  };
  /** plugins/optimizer/sgd.ts */
  readonly "optimizer/sgd": {
    /** Its options. */
    readonly given: {
      /** times the gradient, is subtracted */
      readonly learning_rate?: number | undefined;
      /** what of the last change is kept; 0: none */
      readonly momentum?: number | undefined;
      /** take the gradient as if the momentum had moved already */
      readonly nesterov?: boolean | undefined;
      /** times each weight, added to its gradient */
      readonly weight_decay?: number | undefined;
      /** how the learning rate develops after warmup; cosine and linear fall until the end of training, or until */
      readonly schedule?: "constant" | "cosine" | "linear" | "inverse-square-root" | "edm2" | undefined;
      /** how long the learning rate grows from 0, evenly: 500, "1 epoch" or "100000 images"; default: not; edm2: 10000000 images */
      readonly warmup?: number | string | undefined;
      /** where cosine and linear come to their end; default: where training does */
      readonly until?: number | string | undefined;
      /** what of the learning rate cosine and linear end with */
      readonly end_fraction?: number | undefined;
      /** where inverse-square-root begins to fall; default: at the end of warmup; edm2: 70000 steps */
      readonly decay_after?: number | string | undefined;
      /** gradients that are longer, all together, are scaled down to it; default: none are */
      readonly max_norm?: number | undefined;
    };
  };
  /** plugins/parametrization/edm.ts */
  readonly "parametrization/edm": {
    /** Its options. */
    readonly given: {
      /** standard deviation of the normalised pictures: 1 with the normalizer mean-variance. measured: that of the training pictures, found before the first step */
      readonly sigma_data?: number | "measured" | undefined;
    };
  };
  /** plugins/parametrization/flow.ts */
  readonly "parametrization/flow": {
    /** Its options. */
    readonly given: {
      /** what the output is; for the image, as JiT has it, train with loss: { weighting: flow, least_time: 0.05 } */
      readonly predicts?: "velocity" | "image" | undefined;
    };
  };
  /** plugins/parametrization/noise.ts */
  readonly "parametrization/noise": {
    /** Its options. */
    readonly given: unknown;
  };
  /** plugins/parametrization/signal.ts */
  readonly "parametrization/signal": {
    /** Its options. */
    readonly given: unknown;
  };
  /** plugins/parametrization/velocity.ts */
  readonly "parametrization/velocity": {
    /** Its options. */
    readonly given: unknown;
  };
  /** plugins/sampler/consistency.ts */
  readonly "sampler/consistency": {
    /** Its options. */
    readonly given: {
      /** diffusion steps */
      readonly steps?: number | undefined;
      /** noise levels of the steps: even times of the schedule, even log-SNRs, or a grid by its name in papers; between the ends of the schedule unless told otherwise */
      readonly spacing?:
        | "times"
        | "log-snr"
        | "karras"
        | "exponential"
        | "polyexponential"
        | "beta"
        | "flow"
        | "align-your-steps"
        | "linspace"
        | "leading"
        | "trailing"
        | "list"
        | undefined;
      /** first noise rate / signal rate; default: the schedule's at time 1; not for times or list */
      readonly sigma_max?: number | undefined;
      /** last noise rate / signal rate before the image itself; default: the schedule's at time 0; not for times or list */
      readonly sigma_min?: number | undefined;
      /** karras: 7 unless given; polyexponential: 1 unless given */
      readonly rho?: number | undefined;
      /** flow: how far times are moved towards the noise; 1 unless given, 3 in Stable Diffusion 3 */
      readonly shift?: number | undefined;
      /** flow: takes the shift for pictures of so many tokens, as FLUX does */
      readonly tokens?: number | undefined;
      /** align-your-steps: a published table as it is; without it, the shape of Stable Diffusion's between the ends */
      readonly table?:
        | "stable-diffusion"
        | "stable-diffusion-xl"
        | "stable-video-diffusion"
        | "stable-diffusion-timesteps"
        | "stable-diffusion-xl-timesteps"
        | undefined;
      /** list: noise rates / signal rates that fall, one more than there are steps; the last may be 0 */
      readonly sigmas?: readonly (number)[] | undefined;
      /** whose levels of diffusers to have exactly, with linspace, leading, trailing (ddim unless given) and flow (none) */
      readonly scheduler?: "ddim" | "euler" | "dpm-solver" | "unipc" | undefined;
      /** leading: what is added to each timestep; 0 unless given, 1 in Stable Diffusion */
      readonly steps_offset?: number | undefined;
      /** where the last step goes: the least noise of the grid, or the image itself, from there; default: end for times and log-snr, zero for the others */
      readonly last?: "end" | "zero" | undefined;
      /** for latent consistency models: their timesteps of 1000, one a step, for the boundary condition that they were trained with; it is left to the network otherwise */
      readonly timesteps?: readonly (number)[] | undefined;
    };
  };
  /** plugins/sampler/ddim.ts */
  readonly "sampler/ddim": {
    /** Its options. */
    readonly given: {
      /** diffusion steps */
      readonly steps?: number | undefined;
      /** eta: 0 is deterministic, as DDIM, 1 is DDPM */
      readonly stochasticity?: number | undefined;
      /** put back as much noise as was taken away; false puts back more, the larger variance of DDPM */
      readonly variance_preserving?: boolean | undefined;
      /** noise levels of the steps: even times of the schedule, even log-SNRs, or a grid by its name in papers; between the ends of the schedule unless told otherwise */
      readonly spacing?:
        | "times"
        | "log-snr"
        | "karras"
        | "exponential"
        | "polyexponential"
        | "beta"
        | "flow"
        | "align-your-steps"
        | "linspace"
        | "leading"
        | "trailing"
        | "list"
        | undefined;
      /** first noise rate / signal rate; default: the schedule's at time 1; not for times or list */
      readonly sigma_max?: number | undefined;
      /** last noise rate / signal rate before the image itself; default: the schedule's at time 0; not for times or list */
      readonly sigma_min?: number | undefined;
      /** karras: 7 unless given; polyexponential: 1 unless given */
      readonly rho?: number | undefined;
      /** flow: how far times are moved towards the noise; 1 unless given, 3 in Stable Diffusion 3 */
      readonly shift?: number | undefined;
      /** flow: takes the shift for pictures of so many tokens, as FLUX does */
      readonly tokens?: number | undefined;
      /** align-your-steps: a published table as it is; without it, the shape of Stable Diffusion's between the ends */
      readonly table?:
        | "stable-diffusion"
        | "stable-diffusion-xl"
        | "stable-video-diffusion"
        | "stable-diffusion-timesteps"
        | "stable-diffusion-xl-timesteps"
        | undefined;
      /** list: noise rates / signal rates that fall, one more than there are steps; the last may be 0 */
      readonly sigmas?: readonly (number)[] | undefined;
      /** whose levels of diffusers to have exactly, with linspace, leading, trailing (ddim unless given) and flow (none) */
      readonly scheduler?: "ddim" | "euler" | "dpm-solver" | "unipc" | undefined;
      /** leading: what is added to each timestep; 0 unless given, 1 in Stable Diffusion */
      readonly steps_offset?: number | undefined;
      /** where the last step goes: the least noise of the grid, or the image itself, from there; default: end for times and log-snr, zero for the others */
      readonly last?: "end" | "zero" | undefined;
    };
  };
  /** plugins/sampler/ddpm.ts */
  readonly "sampler/ddpm": {
    /** Its options. */
    readonly given: {
      /** diffusion steps */
      readonly steps?: number | undefined;
      /** noise levels of the steps: even times of the schedule, even log-SNRs, or a grid by its name in papers; between the ends of the schedule unless told otherwise */
      readonly spacing?:
        | "times"
        | "log-snr"
        | "karras"
        | "exponential"
        | "polyexponential"
        | "beta"
        | "flow"
        | "align-your-steps"
        | "linspace"
        | "leading"
        | "trailing"
        | "list"
        | undefined;
      /** first noise rate / signal rate; default: the schedule's at time 1; not for times or list */
      readonly sigma_max?: number | undefined;
      /** last noise rate / signal rate before the image itself; default: the schedule's at time 0; not for times or list */
      readonly sigma_min?: number | undefined;
      /** karras: 7 unless given; polyexponential: 1 unless given */
      readonly rho?: number | undefined;
      /** flow: how far times are moved towards the noise; 1 unless given, 3 in Stable Diffusion 3 */
      readonly shift?: number | undefined;
      /** flow: takes the shift for pictures of so many tokens, as FLUX does */
      readonly tokens?: number | undefined;
      /** align-your-steps: a published table as it is; without it, the shape of Stable Diffusion's between the ends */
      readonly table?:
        | "stable-diffusion"
        | "stable-diffusion-xl"
        | "stable-video-diffusion"
        | "stable-diffusion-timesteps"
        | "stable-diffusion-xl-timesteps"
        | undefined;
      /** list: noise rates / signal rates that fall, one more than there are steps; the last may be 0 */
      readonly sigmas?: readonly (number)[] | undefined;
      /** whose levels of diffusers to have exactly, with linspace, leading, trailing (ddim unless given) and flow (none) */
      readonly scheduler?: "ddim" | "euler" | "dpm-solver" | "unipc" | undefined;
      /** leading: what is added to each timestep; 0 unless given, 1 in Stable Diffusion */
      readonly steps_offset?: number | undefined;
      /** where the last step goes: the least noise of the grid, or the image itself, from there; default: end for times and log-snr, zero for the others */
      readonly last?: "end" | "zero" | undefined;
      /** of the fresh noise: small is that of the posterior for known images, large that of the forward step */
      readonly variance?: "small" | "large" | undefined;
      /** draws noise in a step to the image itself, too, as diffusers does with variance large and trailing timesteps */
      readonly noise_in_last?: boolean | undefined;
    };
  };
  /** plugins/sampler/deis.ts */
  readonly "sampler/deis": {
    /** Its options. */
    readonly given: {
      /** diffusion steps */
      readonly steps?: number | undefined;
      /** noise levels of the steps: even times of the schedule, even log-SNRs, or a grid by its name in papers; between the ends of the schedule unless told otherwise */
      readonly spacing?:
        | "times"
        | "log-snr"
        | "karras"
        | "exponential"
        | "polyexponential"
        | "beta"
        | "flow"
        | "align-your-steps"
        | "linspace"
        | "leading"
        | "trailing"
        | "list"
        | undefined;
      /** first noise rate / signal rate; default: the schedule's at time 1; not for times or list */
      readonly sigma_max?: number | undefined;
      /** last noise rate / signal rate before the image itself; default: the schedule's at time 0; not for times or list */
      readonly sigma_min?: number | undefined;
      /** karras: 7 unless given; polyexponential: 1 unless given */
      readonly rho?: number | undefined;
      /** flow: how far times are moved towards the noise; 1 unless given, 3 in Stable Diffusion 3 */
      readonly shift?: number | undefined;
      /** flow: takes the shift for pictures of so many tokens, as FLUX does */
      readonly tokens?: number | undefined;
      /** align-your-steps: a published table as it is; without it, the shape of Stable Diffusion's between the ends */
      readonly table?:
        | "stable-diffusion"
        | "stable-diffusion-xl"
        | "stable-video-diffusion"
        | "stable-diffusion-timesteps"
        | "stable-diffusion-xl-timesteps"
        | undefined;
      /** list: noise rates / signal rates that fall, one more than there are steps; the last may be 0 */
      readonly sigmas?: readonly (number)[] | undefined;
      /** whose levels of diffusers to have exactly, with linspace, leading, trailing (ddim unless given) and flow (none) */
      readonly scheduler?: "ddim" | "euler" | "dpm-solver" | "unipc" | undefined;
      /** leading: what is added to each timestep; 0 unless given, 1 in Stable Diffusion */
      readonly steps_offset?: number | undefined;
      /** where the last step goes: the least noise of the grid, or the image itself, from there; default: end for times and log-snr, zero for the others */
      readonly last?: "end" | "zero" | undefined;
      /** estimates of the noise that are combined */
      readonly order?: number | undefined;
      /** last step of order 1, the one before of order 2 at most, as diffusers does for fewer than 15 steps */
      readonly lower_final?: boolean | undefined;
    };
  };
  /** plugins/sampler/dpm-2.ts */
  readonly "sampler/dpm-2": {
    /** Its options. */
    readonly given: {
      /** diffusion steps */
      readonly steps?: number | undefined;
      /** noise levels of the steps: even times of the schedule, even log-SNRs, or a grid by its name in papers; between the ends of the schedule unless told otherwise */
      readonly spacing?:
        | "times"
        | "log-snr"
        | "karras"
        | "exponential"
        | "polyexponential"
        | "beta"
        | "flow"
        | "align-your-steps"
        | "linspace"
        | "leading"
        | "trailing"
        | "list"
        | undefined;
      /** first noise rate / signal rate; default: the schedule's at time 1; not for times or list */
      readonly sigma_max?: number | undefined;
      /** last noise rate / signal rate before the image itself; default: the schedule's at time 0; not for times or list */
      readonly sigma_min?: number | undefined;
      /** karras: 7 unless given; polyexponential: 1 unless given */
      readonly rho?: number | undefined;
      /** flow: how far times are moved towards the noise; 1 unless given, 3 in Stable Diffusion 3 */
      readonly shift?: number | undefined;
      /** flow: takes the shift for pictures of so many tokens, as FLUX does */
      readonly tokens?: number | undefined;
      /** align-your-steps: a published table as it is; without it, the shape of Stable Diffusion's between the ends */
      readonly table?:
        | "stable-diffusion"
        | "stable-diffusion-xl"
        | "stable-video-diffusion"
        | "stable-diffusion-timesteps"
        | "stable-diffusion-xl-timesteps"
        | undefined;
      /** list: noise rates / signal rates that fall, one more than there are steps; the last may be 0 */
      readonly sigmas?: readonly (number)[] | undefined;
      /** whose levels of diffusers to have exactly, with linspace, leading, trailing (ddim unless given) and flow (none) */
      readonly scheduler?: "ddim" | "euler" | "dpm-solver" | "unipc" | undefined;
      /** leading: what is added to each timestep; 0 unless given, 1 in Stable Diffusion */
      readonly steps_offset?: number | undefined;
      /** where the last step goes: the least noise of the grid, or the image itself, from there; default: end for times and log-snr, zero for the others */
      readonly last?: "end" | "zero" | undefined;
      /** S_churn: noise that is added before steps and removed by them, in all of them together; 0 adds none */
      readonly churn?: number | undefined;
      /** S_tmin: no noise is added below this noise rate / signal rate */
      readonly churn_min?: number | undefined;
      /** S_tmax: none is added above this one */
      readonly churn_max?: number | undefined;
      /** s_noise: what fresh noise is multiplied by; a little above 1 makes up for what networks remove too much */
      readonly noise_scale?: number | undefined;
    };
  };
  /** plugins/sampler/dpm-2-ancestral.ts */
  readonly "sampler/dpm-2-ancestral": {
    /** Its options. */
    readonly given: {
      /** diffusion steps */
      readonly steps?: number | undefined;
      /** noise levels of the steps: even times of the schedule, even log-SNRs, or a grid by its name in papers; between the ends of the schedule unless told otherwise */
      readonly spacing?:
        | "times"
        | "log-snr"
        | "karras"
        | "exponential"
        | "polyexponential"
        | "beta"
        | "flow"
        | "align-your-steps"
        | "linspace"
        | "leading"
        | "trailing"
        | "list"
        | undefined;
      /** first noise rate / signal rate; default: the schedule's at time 1; not for times or list */
      readonly sigma_max?: number | undefined;
      /** last noise rate / signal rate before the image itself; default: the schedule's at time 0; not for times or list */
      readonly sigma_min?: number | undefined;
      /** karras: 7 unless given; polyexponential: 1 unless given */
      readonly rho?: number | undefined;
      /** flow: how far times are moved towards the noise; 1 unless given, 3 in Stable Diffusion 3 */
      readonly shift?: number | undefined;
      /** flow: takes the shift for pictures of so many tokens, as FLUX does */
      readonly tokens?: number | undefined;
      /** align-your-steps: a published table as it is; without it, the shape of Stable Diffusion's between the ends */
      readonly table?:
        | "stable-diffusion"
        | "stable-diffusion-xl"
        | "stable-video-diffusion"
        | "stable-diffusion-timesteps"
        | "stable-diffusion-xl-timesteps"
        | undefined;
      /** list: noise rates / signal rates that fall, one more than there are steps; the last may be 0 */
      readonly sigmas?: readonly (number)[] | undefined;
      /** whose levels of diffusers to have exactly, with linspace, leading, trailing (ddim unless given) and flow (none) */
      readonly scheduler?: "ddim" | "euler" | "dpm-solver" | "unipc" | undefined;
      /** leading: what is added to each timestep; 0 unless given, 1 in Stable Diffusion */
      readonly steps_offset?: number | undefined;
      /** where the last step goes: the least noise of the grid, or the image itself, from there; default: end for times and log-snr, zero for the others */
      readonly last?: "end" | "zero" | undefined;
      /** share of fresh noise: 0 is deterministic, 1 all that the SDE draws */
      readonly eta?: number | undefined;
      /** s_noise: what fresh noise is multiplied by; a little above 1 makes up for what networks remove too much */
      readonly noise_scale?: number | undefined;
    };
  };
  /** plugins/sampler/dpm-adaptive.ts */
  readonly "sampler/dpm-adaptive": {
    /** Its options. */
    readonly given: {
      /** root mean square of the error that a step may make, in pixels of standard deviation 1 */
      readonly tolerance?: number | undefined;
      /** steps, rejected ones included, after which it gives up with an error */
      readonly max_steps?: number | undefined;
      /** length of the first step that is tried, in log-SNR */
      readonly first_step?: number | undefined;
      /** noise rate / signal rate to start at; default: the schedule's at time 1 */
      readonly sigma_max?: number | undefined;
      /** noise rate / signal rate of the last look, whose predicted signal is the picture; default: the schedule's at time 0 */
      readonly sigma_min?: number | undefined;
    };
  };
  /** plugins/sampler/dpmpp.ts */
  readonly "sampler/dpmpp": {
    /** Its options. */
    readonly given: {
      /** diffusion steps */
      readonly steps?: number | undefined;
      /** noise levels of the steps: even times of the schedule, even log-SNRs, or a grid by its name in papers; between the ends of the schedule unless told otherwise */
      readonly spacing?:
        | "times"
        | "log-snr"
        | "karras"
        | "exponential"
        | "polyexponential"
        | "beta"
        | "flow"
        | "align-your-steps"
        | "linspace"
        | "leading"
        | "trailing"
        | "list"
        | undefined;
      /** first noise rate / signal rate; default: the schedule's at time 1; not for times or list */
      readonly sigma_max?: number | undefined;
      /** last noise rate / signal rate before the image itself; default: the schedule's at time 0; not for times or list */
      readonly sigma_min?: number | undefined;
      /** karras: 7 unless given; polyexponential: 1 unless given */
      readonly rho?: number | undefined;
      /** flow: how far times are moved towards the noise; 1 unless given, 3 in Stable Diffusion 3 */
      readonly shift?: number | undefined;
      /** flow: takes the shift for pictures of so many tokens, as FLUX does */
      readonly tokens?: number | undefined;
      /** align-your-steps: a published table as it is; without it, the shape of Stable Diffusion's between the ends */
      readonly table?:
        | "stable-diffusion"
        | "stable-diffusion-xl"
        | "stable-video-diffusion"
        | "stable-diffusion-timesteps"
        | "stable-diffusion-xl-timesteps"
        | undefined;
      /** list: noise rates / signal rates that fall, one more than there are steps; the last may be 0 */
      readonly sigmas?: readonly (number)[] | undefined;
      /** whose levels of diffusers to have exactly, with linspace, leading, trailing (ddim unless given) and flow (none) */
      readonly scheduler?: "ddim" | "euler" | "dpm-solver" | "unipc" | undefined;
      /** leading: what is added to each timestep; 0 unless given, 1 in Stable Diffusion */
      readonly steps_offset?: number | undefined;
      /** where the last step goes: the least noise of the grid, or the image itself, from there; default: end for times and log-snr, zero for the others */
      readonly last?: "end" | "zero" | undefined;
      /** signals that are combined */
      readonly order?: number | undefined;
      /** multistep: signals of earlier steps; singlestep: groups of steps that start anew, one for each order */
      readonly method?: "multistep" | "singlestep" | undefined;
      /** how a change of the signal over a step is integrated: by the midpoint rule, or exactly, called heun in public code */
      readonly type?: "midpoint" | "heun" | undefined;
      /** order 3: with the factor 2 that its second difference needs, or without, as k-diffusion and diffusers, whose order is 2 */
      readonly third?: "corrected" | "public" | undefined;
      /** last step of order 1, the one before of order 2 at most, as diffusers does for fewer than 15 steps */
      readonly lower_final?: boolean | undefined;
      /** share of fresh noise: 0 is deterministic, 1 all that the SDE draws */
      readonly eta?: number | undefined;
      /** s_noise: what fresh noise is multiplied by; a little above 1 makes up for what networks remove too much */
      readonly noise_scale?: number | undefined;
    };
  };
  /** plugins/sampler/dpmpp-2s.ts */
  readonly "sampler/dpmpp-2s": {
    /** Its options. */
    readonly given: {
      /** diffusion steps */
      readonly steps?: number | undefined;
      /** noise levels of the steps: even times of the schedule, even log-SNRs, or a grid by its name in papers; between the ends of the schedule unless told otherwise */
      readonly spacing?:
        | "times"
        | "log-snr"
        | "karras"
        | "exponential"
        | "polyexponential"
        | "beta"
        | "flow"
        | "align-your-steps"
        | "linspace"
        | "leading"
        | "trailing"
        | "list"
        | undefined;
      /** first noise rate / signal rate; default: the schedule's at time 1; not for times or list */
      readonly sigma_max?: number | undefined;
      /** last noise rate / signal rate before the image itself; default: the schedule's at time 0; not for times or list */
      readonly sigma_min?: number | undefined;
      /** karras: 7 unless given; polyexponential: 1 unless given */
      readonly rho?: number | undefined;
      /** flow: how far times are moved towards the noise; 1 unless given, 3 in Stable Diffusion 3 */
      readonly shift?: number | undefined;
      /** flow: takes the shift for pictures of so many tokens, as FLUX does */
      readonly tokens?: number | undefined;
      /** align-your-steps: a published table as it is; without it, the shape of Stable Diffusion's between the ends */
      readonly table?:
        | "stable-diffusion"
        | "stable-diffusion-xl"
        | "stable-video-diffusion"
        | "stable-diffusion-timesteps"
        | "stable-diffusion-xl-timesteps"
        | undefined;
      /** list: noise rates / signal rates that fall, one more than there are steps; the last may be 0 */
      readonly sigmas?: readonly (number)[] | undefined;
      /** whose levels of diffusers to have exactly, with linspace, leading, trailing (ddim unless given) and flow (none) */
      readonly scheduler?: "ddim" | "euler" | "dpm-solver" | "unipc" | undefined;
      /** leading: what is added to each timestep; 0 unless given, 1 in Stable Diffusion */
      readonly steps_offset?: number | undefined;
      /** where the last step goes: the least noise of the grid, or the image itself, from there; default: end for times and log-snr, zero for the others */
      readonly last?: "end" | "zero" | undefined;
      /** share of fresh noise: 0 is deterministic, 1 all that the SDE draws */
      readonly eta?: number | undefined;
      /** s_noise: what fresh noise is multiplied by; a little above 1 makes up for what networks remove too much */
      readonly noise_scale?: number | undefined;
    };
  };
  /** plugins/sampler/dpmpp-sde.ts */
  readonly "sampler/dpmpp-sde": {
    /** Its options. */
    readonly given: {
      /** diffusion steps */
      readonly steps?: number | undefined;
      /** noise levels of the steps: even times of the schedule, even log-SNRs, or a grid by its name in papers; between the ends of the schedule unless told otherwise */
      readonly spacing?:
        | "times"
        | "log-snr"
        | "karras"
        | "exponential"
        | "polyexponential"
        | "beta"
        | "flow"
        | "align-your-steps"
        | "linspace"
        | "leading"
        | "trailing"
        | "list"
        | undefined;
      /** first noise rate / signal rate; default: the schedule's at time 1; not for times or list */
      readonly sigma_max?: number | undefined;
      /** last noise rate / signal rate before the image itself; default: the schedule's at time 0; not for times or list */
      readonly sigma_min?: number | undefined;
      /** karras: 7 unless given; polyexponential: 1 unless given */
      readonly rho?: number | undefined;
      /** flow: how far times are moved towards the noise; 1 unless given, 3 in Stable Diffusion 3 */
      readonly shift?: number | undefined;
      /** flow: takes the shift for pictures of so many tokens, as FLUX does */
      readonly tokens?: number | undefined;
      /** align-your-steps: a published table as it is; without it, the shape of Stable Diffusion's between the ends */
      readonly table?:
        | "stable-diffusion"
        | "stable-diffusion-xl"
        | "stable-video-diffusion"
        | "stable-diffusion-timesteps"
        | "stable-diffusion-xl-timesteps"
        | undefined;
      /** list: noise rates / signal rates that fall, one more than there are steps; the last may be 0 */
      readonly sigmas?: readonly (number)[] | undefined;
      /** whose levels of diffusers to have exactly, with linspace, leading, trailing (ddim unless given) and flow (none) */
      readonly scheduler?: "ddim" | "euler" | "dpm-solver" | "unipc" | undefined;
      /** leading: what is added to each timestep; 0 unless given, 1 in Stable Diffusion */
      readonly steps_offset?: number | undefined;
      /** where the last step goes: the least noise of the grid, or the image itself, from there; default: end for times and log-snr, zero for the others */
      readonly last?: "end" | "zero" | undefined;
      /** r: where in a step, by log-SNR, the second look is */
      readonly middle?: number | undefined;
      /** share of fresh noise: 0 is deterministic, 1 all that the SDE draws */
      readonly eta?: number | undefined;
      /** s_noise: what fresh noise is multiplied by; a little above 1 makes up for what networks remove too much */
      readonly noise_scale?: number | undefined;
    };
  };
  /** plugins/sampler/euler.ts */
  readonly "sampler/euler": {
    /** Its options. */
    readonly given: {
      /** diffusion steps */
      readonly steps?: number | undefined;
      /** noise levels of the steps: even times of the schedule, even log-SNRs, or a grid by its name in papers; between the ends of the schedule unless told otherwise */
      readonly spacing?:
        | "times"
        | "log-snr"
        | "karras"
        | "exponential"
        | "polyexponential"
        | "beta"
        | "flow"
        | "align-your-steps"
        | "linspace"
        | "leading"
        | "trailing"
        | "list"
        | undefined;
      /** first noise rate / signal rate; default: the schedule's at time 1; not for times or list */
      readonly sigma_max?: number | undefined;
      /** last noise rate / signal rate before the image itself; default: the schedule's at time 0; not for times or list */
      readonly sigma_min?: number | undefined;
      /** karras: 7 unless given; polyexponential: 1 unless given */
      readonly rho?: number | undefined;
      /** flow: how far times are moved towards the noise; 1 unless given, 3 in Stable Diffusion 3 */
      readonly shift?: number | undefined;
      /** flow: takes the shift for pictures of so many tokens, as FLUX does */
      readonly tokens?: number | undefined;
      /** align-your-steps: a published table as it is; without it, the shape of Stable Diffusion's between the ends */
      readonly table?:
        | "stable-diffusion"
        | "stable-diffusion-xl"
        | "stable-video-diffusion"
        | "stable-diffusion-timesteps"
        | "stable-diffusion-xl-timesteps"
        | undefined;
      /** list: noise rates / signal rates that fall, one more than there are steps; the last may be 0 */
      readonly sigmas?: readonly (number)[] | undefined;
      /** whose levels of diffusers to have exactly, with linspace, leading, trailing (ddim unless given) and flow (none) */
      readonly scheduler?: "ddim" | "euler" | "dpm-solver" | "unipc" | undefined;
      /** leading: what is added to each timestep; 0 unless given, 1 in Stable Diffusion */
      readonly steps_offset?: number | undefined;
      /** where the last step goes: the least noise of the grid, or the image itself, from there; default: end for times and log-snr, zero for the others */
      readonly last?: "end" | "zero" | undefined;
      /** S_churn: noise that is added before steps and removed by them, in all of them together; 0 adds none */
      readonly churn?: number | undefined;
      /** S_tmin: no noise is added below this noise rate / signal rate */
      readonly churn_min?: number | undefined;
      /** S_tmax: none is added above this one */
      readonly churn_max?: number | undefined;
      /** s_noise: what fresh noise is multiplied by; a little above 1 makes up for what networks remove too much */
      readonly noise_scale?: number | undefined;
    };
  };
  /** plugins/sampler/euler-ancestral.ts */
  readonly "sampler/euler-ancestral": {
    /** Its options. */
    readonly given: {
      /** diffusion steps */
      readonly steps?: number | undefined;
      /** noise levels of the steps: even times of the schedule, even log-SNRs, or a grid by its name in papers; between the ends of the schedule unless told otherwise */
      readonly spacing?:
        | "times"
        | "log-snr"
        | "karras"
        | "exponential"
        | "polyexponential"
        | "beta"
        | "flow"
        | "align-your-steps"
        | "linspace"
        | "leading"
        | "trailing"
        | "list"
        | undefined;
      /** first noise rate / signal rate; default: the schedule's at time 1; not for times or list */
      readonly sigma_max?: number | undefined;
      /** last noise rate / signal rate before the image itself; default: the schedule's at time 0; not for times or list */
      readonly sigma_min?: number | undefined;
      /** karras: 7 unless given; polyexponential: 1 unless given */
      readonly rho?: number | undefined;
      /** flow: how far times are moved towards the noise; 1 unless given, 3 in Stable Diffusion 3 */
      readonly shift?: number | undefined;
      /** flow: takes the shift for pictures of so many tokens, as FLUX does */
      readonly tokens?: number | undefined;
      /** align-your-steps: a published table as it is; without it, the shape of Stable Diffusion's between the ends */
      readonly table?:
        | "stable-diffusion"
        | "stable-diffusion-xl"
        | "stable-video-diffusion"
        | "stable-diffusion-timesteps"
        | "stable-diffusion-xl-timesteps"
        | undefined;
      /** list: noise rates / signal rates that fall, one more than there are steps; the last may be 0 */
      readonly sigmas?: readonly (number)[] | undefined;
      /** whose levels of diffusers to have exactly, with linspace, leading, trailing (ddim unless given) and flow (none) */
      readonly scheduler?: "ddim" | "euler" | "dpm-solver" | "unipc" | undefined;
      /** leading: what is added to each timestep; 0 unless given, 1 in Stable Diffusion */
      readonly steps_offset?: number | undefined;
      /** where the last step goes: the least noise of the grid, or the image itself, from there; default: end for times and log-snr, zero for the others */
      readonly last?: "end" | "zero" | undefined;
      /** share of fresh noise: 0 is deterministic, 1 all that the SDE draws */
      readonly eta?: number | undefined;
      /** s_noise: what fresh noise is multiplied by; a little above 1 makes up for what networks remove too much */
      readonly noise_scale?: number | undefined;
    };
  };
  /** plugins/sampler/heun.ts */
  readonly "sampler/heun": {
    /** Its options. */
    readonly given: {
      /** diffusion steps */
      readonly steps?: number | undefined;
      /** noise levels of the steps: even times of the schedule, even log-SNRs, or a grid by its name in papers; between the ends of the schedule unless told otherwise */
      readonly spacing?:
        | "times"
        | "log-snr"
        | "karras"
        | "exponential"
        | "polyexponential"
        | "beta"
        | "flow"
        | "align-your-steps"
        | "linspace"
        | "leading"
        | "trailing"
        | "list"
        | undefined;
      /** first noise rate / signal rate; default: the schedule's at time 1; not for times or list */
      readonly sigma_max?: number | undefined;
      /** last noise rate / signal rate before the image itself; default: the schedule's at time 0; not for times or list */
      readonly sigma_min?: number | undefined;
      /** karras: 7 unless given; polyexponential: 1 unless given */
      readonly rho?: number | undefined;
      /** flow: how far times are moved towards the noise; 1 unless given, 3 in Stable Diffusion 3 */
      readonly shift?: number | undefined;
      /** flow: takes the shift for pictures of so many tokens, as FLUX does */
      readonly tokens?: number | undefined;
      /** align-your-steps: a published table as it is; without it, the shape of Stable Diffusion's between the ends */
      readonly table?:
        | "stable-diffusion"
        | "stable-diffusion-xl"
        | "stable-video-diffusion"
        | "stable-diffusion-timesteps"
        | "stable-diffusion-xl-timesteps"
        | undefined;
      /** list: noise rates / signal rates that fall, one more than there are steps; the last may be 0 */
      readonly sigmas?: readonly (number)[] | undefined;
      /** whose levels of diffusers to have exactly, with linspace, leading, trailing (ddim unless given) and flow (none) */
      readonly scheduler?: "ddim" | "euler" | "dpm-solver" | "unipc" | undefined;
      /** leading: what is added to each timestep; 0 unless given, 1 in Stable Diffusion */
      readonly steps_offset?: number | undefined;
      /** where the last step goes: the least noise of the grid, or the image itself, from there; default: end for times and log-snr, zero for the others */
      readonly last?: "end" | "zero" | undefined;
      /** what slopes are averaged along: sigma as EDM, or flow, the time of flow matching */
      readonly path?: "sigma" | "flow" | undefined;
      /** S_churn: noise that is added before steps and removed by them, in all of them together; 0 adds none */
      readonly churn?: number | undefined;
      /** S_tmin: no noise is added below this noise rate / signal rate */
      readonly churn_min?: number | undefined;
      /** S_tmax: none is added above this one */
      readonly churn_max?: number | undefined;
      /** s_noise: what fresh noise is multiplied by; a little above 1 makes up for what networks remove too much */
      readonly noise_scale?: number | undefined;
    };
  };
  /** plugins/sampler/ipndm.ts */
  readonly "sampler/ipndm": {
    /** Its options. */
    readonly given: {
      /** diffusion steps */
      readonly steps?: number | undefined;
      /** noise levels of the steps: even times of the schedule, even log-SNRs, or a grid by its name in papers; between the ends of the schedule unless told otherwise */
      readonly spacing?:
        | "times"
        | "log-snr"
        | "karras"
        | "exponential"
        | "polyexponential"
        | "beta"
        | "flow"
        | "align-your-steps"
        | "linspace"
        | "leading"
        | "trailing"
        | "list"
        | undefined;
      /** first noise rate / signal rate; default: the schedule's at time 1; not for times or list */
      readonly sigma_max?: number | undefined;
      /** last noise rate / signal rate before the image itself; default: the schedule's at time 0; not for times or list */
      readonly sigma_min?: number | undefined;
      /** karras: 7 unless given; polyexponential: 1 unless given */
      readonly rho?: number | undefined;
      /** flow: how far times are moved towards the noise; 1 unless given, 3 in Stable Diffusion 3 */
      readonly shift?: number | undefined;
      /** flow: takes the shift for pictures of so many tokens, as FLUX does */
      readonly tokens?: number | undefined;
      /** align-your-steps: a published table as it is; without it, the shape of Stable Diffusion's between the ends */
      readonly table?:
        | "stable-diffusion"
        | "stable-diffusion-xl"
        | "stable-video-diffusion"
        | "stable-diffusion-timesteps"
        | "stable-diffusion-xl-timesteps"
        | undefined;
      /** list: noise rates / signal rates that fall, one more than there are steps; the last may be 0 */
      readonly sigmas?: readonly (number)[] | undefined;
      /** whose levels of diffusers to have exactly, with linspace, leading, trailing (ddim unless given) and flow (none) */
      readonly scheduler?: "ddim" | "euler" | "dpm-solver" | "unipc" | undefined;
      /** leading: what is added to each timestep; 0 unless given, 1 in Stable Diffusion */
      readonly steps_offset?: number | undefined;
      /** where the last step goes: the least noise of the grid, or the image itself, from there; default: end for times and log-snr, zero for the others */
      readonly last?: "end" | "zero" | undefined;
      /** estimates of the noise that are combined */
      readonly order?: number | undefined;
      /** where the grid starts with nothing but noise, takes the first signal for nothing, as diffusers does */
      readonly blind_start?: boolean | undefined;
    };
  };
  /** plugins/sampler/lms.ts */
  readonly "sampler/lms": {
    /** Its options. */
    readonly given: {
      /** diffusion steps */
      readonly steps?: number | undefined;
      /** noise levels of the steps: even times of the schedule, even log-SNRs, or a grid by its name in papers; between the ends of the schedule unless told otherwise */
      readonly spacing?:
        | "times"
        | "log-snr"
        | "karras"
        | "exponential"
        | "polyexponential"
        | "beta"
        | "flow"
        | "align-your-steps"
        | "linspace"
        | "leading"
        | "trailing"
        | "list"
        | undefined;
      /** first noise rate / signal rate; default: the schedule's at time 1; not for times or list */
      readonly sigma_max?: number | undefined;
      /** last noise rate / signal rate before the image itself; default: the schedule's at time 0; not for times or list */
      readonly sigma_min?: number | undefined;
      /** karras: 7 unless given; polyexponential: 1 unless given */
      readonly rho?: number | undefined;
      /** flow: how far times are moved towards the noise; 1 unless given, 3 in Stable Diffusion 3 */
      readonly shift?: number | undefined;
      /** flow: takes the shift for pictures of so many tokens, as FLUX does */
      readonly tokens?: number | undefined;
      /** align-your-steps: a published table as it is; without it, the shape of Stable Diffusion's between the ends */
      readonly table?:
        | "stable-diffusion"
        | "stable-diffusion-xl"
        | "stable-video-diffusion"
        | "stable-diffusion-timesteps"
        | "stable-diffusion-xl-timesteps"
        | undefined;
      /** list: noise rates / signal rates that fall, one more than there are steps; the last may be 0 */
      readonly sigmas?: readonly (number)[] | undefined;
      /** whose levels of diffusers to have exactly, with linspace, leading, trailing (ddim unless given) and flow (none) */
      readonly scheduler?: "ddim" | "euler" | "dpm-solver" | "unipc" | undefined;
      /** leading: what is added to each timestep; 0 unless given, 1 in Stable Diffusion */
      readonly steps_offset?: number | undefined;
      /** where the last step goes: the least noise of the grid, or the image itself, from there; default: end for times and log-snr, zero for the others */
      readonly last?: "end" | "zero" | undefined;
      /** estimates of the noise that are combined */
      readonly order?: number | undefined;
    };
  };
  /** plugins/sampler/midpoint.ts */
  readonly "sampler/midpoint": {
    /** Its options. */
    readonly given: {
      /** diffusion steps */
      readonly steps?: number | undefined;
      /** noise levels of the steps: even times of the schedule, even log-SNRs, or a grid by its name in papers; between the ends of the schedule unless told otherwise */
      readonly spacing?:
        | "times"
        | "log-snr"
        | "karras"
        | "exponential"
        | "polyexponential"
        | "beta"
        | "flow"
        | "align-your-steps"
        | "linspace"
        | "leading"
        | "trailing"
        | "list"
        | undefined;
      /** first noise rate / signal rate; default: the schedule's at time 1; not for times or list */
      readonly sigma_max?: number | undefined;
      /** last noise rate / signal rate before the image itself; default: the schedule's at time 0; not for times or list */
      readonly sigma_min?: number | undefined;
      /** karras: 7 unless given; polyexponential: 1 unless given */
      readonly rho?: number | undefined;
      /** flow: how far times are moved towards the noise; 1 unless given, 3 in Stable Diffusion 3 */
      readonly shift?: number | undefined;
      /** flow: takes the shift for pictures of so many tokens, as FLUX does */
      readonly tokens?: number | undefined;
      /** align-your-steps: a published table as it is; without it, the shape of Stable Diffusion's between the ends */
      readonly table?:
        | "stable-diffusion"
        | "stable-diffusion-xl"
        | "stable-video-diffusion"
        | "stable-diffusion-timesteps"
        | "stable-diffusion-xl-timesteps"
        | undefined;
      /** list: noise rates / signal rates that fall, one more than there are steps; the last may be 0 */
      readonly sigmas?: readonly (number)[] | undefined;
      /** whose levels of diffusers to have exactly, with linspace, leading, trailing (ddim unless given) and flow (none) */
      readonly scheduler?: "ddim" | "euler" | "dpm-solver" | "unipc" | undefined;
      /** leading: what is added to each timestep; 0 unless given, 1 in Stable Diffusion */
      readonly steps_offset?: number | undefined;
      /** where the last step goes: the least noise of the grid, or the image itself, from there; default: end for times and log-snr, zero for the others */
      readonly last?: "end" | "zero" | undefined;
      /** S_churn: noise that is added before steps and removed by them, in all of them together; 0 adds none */
      readonly churn?: number | undefined;
      /** S_tmin: no noise is added below this noise rate / signal rate */
      readonly churn_min?: number | undefined;
      /** S_tmax: none is added above this one */
      readonly churn_max?: number | undefined;
      /** s_noise: what fresh noise is multiplied by; a little above 1 makes up for what networks remove too much */
      readonly noise_scale?: number | undefined;
    };
  };
  /** plugins/sampler/multistep.ts */
  readonly "sampler/multistep": {
    /** Its options. */
    readonly given: {
      /** diffusion steps */
      readonly steps?: number | undefined;
      /** eta: 0 is deterministic, as DDIM, 1 is DDPM */
      readonly stochasticity?: number | undefined;
      /** put back as much noise as was taken away; false puts back more, the larger variance of DDPM */
      readonly variance_preserving?: boolean | undefined;
      /** noise levels of the steps: even times of the schedule, even log-SNRs, or a grid by its name in papers; between the ends of the schedule unless told otherwise */
      readonly spacing?:
        | "times"
        | "log-snr"
        | "karras"
        | "exponential"
        | "polyexponential"
        | "beta"
        | "flow"
        | "align-your-steps"
        | "linspace"
        | "leading"
        | "trailing"
        | "list"
        | undefined;
      /** first noise rate / signal rate; default: the schedule's at time 1; not for times or list */
      readonly sigma_max?: number | undefined;
      /** last noise rate / signal rate before the image itself; default: the schedule's at time 0; not for times or list */
      readonly sigma_min?: number | undefined;
      /** karras: 7 unless given; polyexponential: 1 unless given */
      readonly rho?: number | undefined;
      /** flow: how far times are moved towards the noise; 1 unless given, 3 in Stable Diffusion 3 */
      readonly shift?: number | undefined;
      /** flow: takes the shift for pictures of so many tokens, as FLUX does */
      readonly tokens?: number | undefined;
      /** align-your-steps: a published table as it is; without it, the shape of Stable Diffusion's between the ends */
      readonly table?:
        | "stable-diffusion"
        | "stable-diffusion-xl"
        | "stable-video-diffusion"
        | "stable-diffusion-timesteps"
        | "stable-diffusion-xl-timesteps"
        | undefined;
      /** list: noise rates / signal rates that fall, one more than there are steps; the last may be 0 */
      readonly sigmas?: readonly (number)[] | undefined;
      /** whose levels of diffusers to have exactly, with linspace, leading, trailing (ddim unless given) and flow (none) */
      readonly scheduler?: "ddim" | "euler" | "dpm-solver" | "unipc" | undefined;
      /** leading: what is added to each timestep; 0 unless given, 1 in Stable Diffusion */
      readonly steps_offset?: number | undefined;
      /** where the last step goes: the least noise of the grid, or the image itself, from there; default: end for times and log-snr, zero for the others */
      readonly last?: "end" | "zero" | undefined;
      /** estimates of the noise that are combined */
      readonly order?: number | undefined;
      /** even: those for steps of one size, as clear-diffusion-keras; converges with order 2 at most. exact: those for the sizes that the steps have, with small first steps; converges with the order that is asked for */
      readonly weights?: "even" | "exact" | undefined;
      /** adds a second evaluation to each step, where in it: 0.5 midpoint, 0.667 Ralston, 1 Heun; needs even weights */
      readonly second_order_alpha?: number | undefined;
    };
  };
  /** plugins/sampler/pndm.ts */
  readonly "sampler/pndm": {
    /** Its options. */
    readonly given: {
      /** diffusion steps */
      readonly steps?: number | undefined;
      /** noise levels of the steps: even times of the schedule, even log-SNRs, or a grid by its name in papers; between the ends of the schedule unless told otherwise */
      readonly spacing?:
        | "times"
        | "log-snr"
        | "karras"
        | "exponential"
        | "polyexponential"
        | "beta"
        | "flow"
        | "align-your-steps"
        | "linspace"
        | "leading"
        | "trailing"
        | "list"
        | undefined;
      /** first noise rate / signal rate; default: the schedule's at time 1; not for times or list */
      readonly sigma_max?: number | undefined;
      /** last noise rate / signal rate before the image itself; default: the schedule's at time 0; not for times or list */
      readonly sigma_min?: number | undefined;
      /** karras: 7 unless given; polyexponential: 1 unless given */
      readonly rho?: number | undefined;
      /** flow: how far times are moved towards the noise; 1 unless given, 3 in Stable Diffusion 3 */
      readonly shift?: number | undefined;
      /** flow: takes the shift for pictures of so many tokens, as FLUX does */
      readonly tokens?: number | undefined;
      /** align-your-steps: a published table as it is; without it, the shape of Stable Diffusion's between the ends */
      readonly table?:
        | "stable-diffusion"
        | "stable-diffusion-xl"
        | "stable-video-diffusion"
        | "stable-diffusion-timesteps"
        | "stable-diffusion-xl-timesteps"
        | undefined;
      /** list: noise rates / signal rates that fall, one more than there are steps; the last may be 0 */
      readonly sigmas?: readonly (number)[] | undefined;
      /** whose levels of diffusers to have exactly, with linspace, leading, trailing (ddim unless given) and flow (none) */
      readonly scheduler?: "ddim" | "euler" | "dpm-solver" | "unipc" | undefined;
      /** leading: what is added to each timestep; 0 unless given, 1 in Stable Diffusion */
      readonly steps_offset?: number | undefined;
      /** where the last step goes: the least noise of the grid, or the image itself, from there; default: end for times and log-snr, zero for the others */
      readonly last?: "end" | "zero" | undefined;
      /** repeat: the first step is done again with the mean of the noises at both ends; runge-kutta: the first three steps take four evaluations each */
      readonly start?: "repeat" | "runge-kutta" | undefined;
    };
  };
  /** plugins/sampler/second-order.ts */
  readonly "sampler/second-order": {
    /** Its options. */
    readonly given: {
      /** diffusion steps */
      readonly steps?: number | undefined;
      /** eta: 0 is deterministic, as DDIM, 1 is DDPM */
      readonly stochasticity?: number | undefined;
      /** put back as much noise as was taken away; false puts back more, the larger variance of DDPM */
      readonly variance_preserving?: boolean | undefined;
      /** noise levels of the steps: even times of the schedule, even log-SNRs, or a grid by its name in papers; between the ends of the schedule unless told otherwise */
      readonly spacing?:
        | "times"
        | "log-snr"
        | "karras"
        | "exponential"
        | "polyexponential"
        | "beta"
        | "flow"
        | "align-your-steps"
        | "linspace"
        | "leading"
        | "trailing"
        | "list"
        | undefined;
      /** first noise rate / signal rate; default: the schedule's at time 1; not for times or list */
      readonly sigma_max?: number | undefined;
      /** last noise rate / signal rate before the image itself; default: the schedule's at time 0; not for times or list */
      readonly sigma_min?: number | undefined;
      /** karras: 7 unless given; polyexponential: 1 unless given */
      readonly rho?: number | undefined;
      /** flow: how far times are moved towards the noise; 1 unless given, 3 in Stable Diffusion 3 */
      readonly shift?: number | undefined;
      /** flow: takes the shift for pictures of so many tokens, as FLUX does */
      readonly tokens?: number | undefined;
      /** align-your-steps: a published table as it is; without it, the shape of Stable Diffusion's between the ends */
      readonly table?:
        | "stable-diffusion"
        | "stable-diffusion-xl"
        | "stable-video-diffusion"
        | "stable-diffusion-timesteps"
        | "stable-diffusion-xl-timesteps"
        | undefined;
      /** list: noise rates / signal rates that fall, one more than there are steps; the last may be 0 */
      readonly sigmas?: readonly (number)[] | undefined;
      /** whose levels of diffusers to have exactly, with linspace, leading, trailing (ddim unless given) and flow (none) */
      readonly scheduler?: "ddim" | "euler" | "dpm-solver" | "unipc" | undefined;
      /** leading: what is added to each timestep; 0 unless given, 1 in Stable Diffusion */
      readonly steps_offset?: number | undefined;
      /** where the last step goes: the least noise of the grid, or the image itself, from there; default: end for times and log-snr, zero for the others */
      readonly last?: "end" | "zero" | undefined;
      /** where in a step the second evaluation lies: 0.5 midpoint, 0.667 Ralston, 1 Heun */
      readonly second_order_alpha?: number | undefined;
    };
  };
  /** plugins/sampler/shortcut.ts */
  readonly "sampler/shortcut": {
    /** Its options. */
    readonly given: {
      /** diffusion steps */
      readonly steps?: number | undefined;
      /** noise levels of the steps: even times of the schedule, even log-SNRs, or a grid by its name in papers; between the ends of the schedule unless told otherwise */
      readonly spacing?:
        | "times"
        | "log-snr"
        | "karras"
        | "exponential"
        | "polyexponential"
        | "beta"
        | "flow"
        | "align-your-steps"
        | "linspace"
        | "leading"
        | "trailing"
        | "list"
        | undefined;
      /** first noise rate / signal rate; default: the schedule's at time 1; not for times or list */
      readonly sigma_max?: number | undefined;
      /** last noise rate / signal rate before the image itself; default: the schedule's at time 0; not for times or list */
      readonly sigma_min?: number | undefined;
      /** karras: 7 unless given; polyexponential: 1 unless given */
      readonly rho?: number | undefined;
      /** flow: how far times are moved towards the noise; 1 unless given, 3 in Stable Diffusion 3 */
      readonly shift?: number | undefined;
      /** flow: takes the shift for pictures of so many tokens, as FLUX does */
      readonly tokens?: number | undefined;
      /** align-your-steps: a published table as it is; without it, the shape of Stable Diffusion's between the ends */
      readonly table?:
        | "stable-diffusion"
        | "stable-diffusion-xl"
        | "stable-video-diffusion"
        | "stable-diffusion-timesteps"
        | "stable-diffusion-xl-timesteps"
        | undefined;
      /** list: noise rates / signal rates that fall, one more than there are steps; the last may be 0 */
      readonly sigmas?: readonly (number)[] | undefined;
      /** whose levels of diffusers to have exactly, with linspace, leading, trailing (ddim unless given) and flow (none) */
      readonly scheduler?: "ddim" | "euler" | "dpm-solver" | "unipc" | undefined;
      /** leading: what is added to each timestep; 0 unless given, 1 in Stable Diffusion */
      readonly steps_offset?: number | undefined;
      /** where the last step goes: the least noise of the grid, or the image itself, from there; default: end for times and log-snr, zero for the others */
      readonly last?: "end" | "zero" | undefined;
    };
  };
  /** plugins/sampler/unipc.ts */
  readonly "sampler/unipc": {
    /** Its options. */
    readonly given: {
      /** diffusion steps */
      readonly steps?: number | undefined;
      /** noise levels of the steps: even times of the schedule, even log-SNRs, or a grid by its name in papers; between the ends of the schedule unless told otherwise */
      readonly spacing?:
        | "times"
        | "log-snr"
        | "karras"
        | "exponential"
        | "polyexponential"
        | "beta"
        | "flow"
        | "align-your-steps"
        | "linspace"
        | "leading"
        | "trailing"
        | "list"
        | undefined;
      /** first noise rate / signal rate; default: the schedule's at time 1; not for times or list */
      readonly sigma_max?: number | undefined;
      /** last noise rate / signal rate before the image itself; default: the schedule's at time 0; not for times or list */
      readonly sigma_min?: number | undefined;
      /** karras: 7 unless given; polyexponential: 1 unless given */
      readonly rho?: number | undefined;
      /** flow: how far times are moved towards the noise; 1 unless given, 3 in Stable Diffusion 3 */
      readonly shift?: number | undefined;
      /** flow: takes the shift for pictures of so many tokens, as FLUX does */
      readonly tokens?: number | undefined;
      /** align-your-steps: a published table as it is; without it, the shape of Stable Diffusion's between the ends */
      readonly table?:
        | "stable-diffusion"
        | "stable-diffusion-xl"
        | "stable-video-diffusion"
        | "stable-diffusion-timesteps"
        | "stable-diffusion-xl-timesteps"
        | undefined;
      /** list: noise rates / signal rates that fall, one more than there are steps; the last may be 0 */
      readonly sigmas?: readonly (number)[] | undefined;
      /** whose levels of diffusers to have exactly, with linspace, leading, trailing (ddim unless given) and flow (none) */
      readonly scheduler?: "ddim" | "euler" | "dpm-solver" | "unipc" | undefined;
      /** leading: what is added to each timestep; 0 unless given, 1 in Stable Diffusion */
      readonly steps_offset?: number | undefined;
      /** where the last step goes: the least noise of the grid, or the image itself, from there; default: end for times and log-snr, zero for the others */
      readonly last?: "end" | "zero" | undefined;
      /** order of the predictor */
      readonly order?: number | undefined;
      /** B(h) of the paper: bh1 is h, bh2 is e^h - 1 */
      readonly type?: "bh1" | "bh2" | undefined;
      /** lowers the order towards the last step, to 1, as diffusers does */
      readonly lower_final?: boolean | undefined;
    };
  };
  /** plugins/schedule/cosine.ts */
  readonly "schedule/cosine": {
    /** Its options. */
    readonly given: {
      /** ln(signal power / noise power) at time 0; 2.5 if no end is given */
      readonly start_log_snr?: number | undefined;
      /** ln(signal power / noise power) at time 1; -7.5 if no end is given */
      readonly end_log_snr?: number | undefined;
      /** signal rate at time 0, instead of start_log_snr; 0.95 if only the other is given */
      readonly max_signal_rate?: number | undefined;
      /** signal rate at time 1, instead of end_log_snr; 0.02 if only the other is given */
      readonly min_signal_rate?: number | undefined;
    };
  };
  /** plugins/schedule/cosine-shifted.ts */
  readonly "schedule/cosine-shifted": {
    /** Its options. */
    readonly given: {
      /** ln(signal power / noise power) at time 0 */
      readonly start_log_snr?: number | undefined;
      /** ln(signal power / noise power) at time 1 */
      readonly end_log_snr?: number | undefined;
      /** side of the pictures, in pixels */
      readonly image_size?: number | undefined;
      /** side of the pictures whose noise they shall have */
      readonly noise_size?: number | undefined;
      /** the same at time 1, where it differs: shifts between the two, evenly with time; default: noise_size */
      readonly noise_size_end?: number | undefined;
    };
  };
  /** plugins/schedule/discrete.ts */
  readonly "schedule/discrete": {
    /** Its options. */
    readonly given: {
      /** how the noise that a timestep adds grows */
      readonly betas?: "linear" | "scaled-linear" | "squared-cosine" | "sigmoid" | "laplace" | "exp" | undefined;
      /** of the first timestep, where betas are between two ends */
      readonly beta_start?: number | undefined;
      /** of the last timestep, where betas are between two ends */
      readonly beta_end?: number | undefined;
      /** timesteps between the image and the noise */
      readonly timesteps?: number | undefined;
      /** moves the signal rates so that nothing is left of it at the end */
      readonly zero_snr?: boolean | undefined;
    };
  };
  /** plugins/schedule/linear.ts */
  readonly "schedule/linear": {
    /** Its options. */
    readonly given: {
      /** ln(signal power / noise power) at time 0 */
      readonly start_log_snr?: number | undefined;
      /** ln(signal power / noise power) at time 1 */
      readonly end_log_snr?: number | undefined;
    };
  };
  /** plugins/schedule/log-noise-linear.ts */
  readonly "schedule/log-noise-linear": {
    /** Its options. */
    readonly given: {
      /** ln(signal power / noise power) at time 0 */
      readonly start_log_snr?: number | undefined;
      /** ln(signal power / noise power) at time 1 */
      readonly end_log_snr?: number | undefined;
    };
  };
  /** plugins/schedule/log-signal-linear.ts */
  readonly "schedule/log-signal-linear": {
    /** Its options. */
    readonly given: {
      /** ln(signal power / noise power) at time 0 */
      readonly start_log_snr?: number | undefined;
      /** ln(signal power / noise power) at time 1 */
      readonly end_log_snr?: number | undefined;
    };
  };
  /** plugins/schedule/log-snr-linear.ts */
  readonly "schedule/log-snr-linear": {
    /** Its options. */
    readonly given: {
      /** ln(signal power / noise power) at time 0 */
      readonly start_log_snr?: number | undefined;
      /** ln(signal power / noise power) at time 1 */
      readonly end_log_snr?: number | undefined;
    };
  };
  /** plugins/schedule/noise-step-linear.ts */
  readonly "schedule/noise-step-linear": {
    /** Its options. */
    readonly given: {
      /** ln(signal power / noise power) at time 0 */
      readonly start_log_snr?: number | undefined;
      /** ln(signal power / noise power) at time 1 */
      readonly end_log_snr?: number | undefined;
      /** growth of the noise power from step to step: slackening to none at time 1, or quickening from none at time 0 */
      readonly growth?: "slackening" | "quickening" | undefined;
    };
  };
  /** plugins/schedule/signal-step-linear.ts */
  readonly "schedule/signal-step-linear": {
    /** Its options. */
    readonly given: {
      /** ln(signal power / noise power) at time 0 */
      readonly start_log_snr?: number | undefined;
      /** ln(signal power / noise power) at time 1 */
      readonly end_log_snr?: number | undefined;
    };
  };
  /** plugins/schedule/vp.ts */
  readonly "schedule/vp": {
    /** Its options. */
    readonly given: {
      /** how much the rate grows over all times */
      readonly beta_d?: number | undefined;
      /** rate at time 0 */
      readonly beta_min?: number | undefined;
      /** epsilon_s: the SDE's time at which time 0 here is */
      readonly start?: number | undefined;
    };
  };
}
