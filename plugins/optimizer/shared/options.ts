/** What every optimizer can do besides its own rule: learning rates that change, and gradients that are clipped. */
import { type Course, ops, refuse, refuseUnused, type TensorRecord, tf, z } from "denoise/plugin";

// On each part, too: where only one fits the type, its own text is what a reader sees.
const error = 'expected a length such as 500, "500 steps", "2 epochs" or "100000 images"';

/** A number of updates: `500` or `"500 steps"`, `"2 epochs"`, or `"10000 images"`. */
const length = z.union([
  z.int({ error }).positive({ error }),
  z.string().regex(/^[1-9][0-9]* (steps?|epochs?|images?)$/, { error }),
], { error });

/** Options of all optimizers. */
export const commonOptions = {
  schedule: z.enum(["constant", "cosine", "linear", "inverse-square-root", "edm2"]).default("constant").describe(
    "how the learning rate develops after warmup; cosine and linear fall until the end of training, or until",
  ),
  warmup: length.optional().describe(
    'how long the learning rate grows from 0, evenly: 500, "1 epoch" or "100000 images"; default: not; edm2: 10000000 images',
  ),
  until: length.optional().describe("where cosine and linear come to their end; default: where training does"),
  end_fraction: z.number().min(0).max(1).default(0).describe("what of the learning rate cosine and linear end with"),
  decay_after: length.optional().describe(
    "where inverse-square-root begins to fall; default: at the end of warmup; edm2: 70000 steps",
  ),
  max_norm: z.number().positive().optional().describe(
    "gradients that are longer, all together, are scaled down to it; default: none are",
  ),
};

/** These options, checked. */
export type CommonOptions = z.output<z.ZodObject<typeof commonOptions>>;

/** With which schedules options are used. */
const uses = {
  until: ["cosine", "linear"],
  end_fraction: ["cosine", "linear"],
  decay_after: ["inverse-square-root", "edm2"],
} as const;

type Number = number | tf.Tensor;

/**
 * Learning rates: a number where it never changes, else a scalar for each update.
 *
 * Times count updates before this one, as in PyTorch and optax: the first of a warm-up has a rate of 0. Warm-up: Goyal et
 * al. 2017, arXiv:1706.02677, section 2.2. Cosine: Loshchilov and Hutter 2016, arXiv:1608.03983, eq. 5. Inverse square
 * root: Vaswani et al. 2017, arXiv:1706.03762, eq. 3. EDM2: Karras et al. 2023, arXiv:2312.02696, eq. 67.
 *
 * @param batchSize pictures in an update
 */
export function learningRates(
  peak: number,
  options: CommonOptions,
  batchSize: number,
): (step: tf.Tensor, course?: Course) => number | tf.Scalar {
  const { schedule, end_fraction: end } = options;
  const isEdm2 = schedule === "edm2";
  const warmup = options.warmup ?? (isEdm2 ? "10000000 images" : undefined);
  const after = options.decay_after ?? (isEdm2 ? "70000 steps" : options.warmup);
  refuseUnused(options, "schedule", uses, commonOptions);
  refuseWithoutBeginning(options, after !== undefined);
  refuseEndBeforeWarmup(options, batchSize);
  if (schedule === "constant" && warmup === undefined) return () => peak;
  return (step, course) => {
    const time = tf.sub(tf.cast(step, "float32"), 1);
    const updates = (length: string | number) => updatesIn(length, batchSize, course);
    const factors: tf.Tensor[] = [];
    if (warmup !== undefined) factors.push(tf.minimum(tf.div(time, updates(warmup)), 1));
    if (schedule === "cosine" || schedule === "linear") {
      const begin = warmup === undefined ? 0 : updates(warmup);
      const last = options.until === undefined ? endOf(schedule, course) : updates(options.until);
      const whole = tf.maximum(tf.sub(last, begin), 1);
      const part = tf.clipByValue(tf.div(tf.sub(time, begin), whole), 0, 1);
      const left = schedule === "linear" ? tf.sub(1, part) : tf.div(tf.add(1, tf.cos(tf.mul(part, Math.PI))), 2);
      factors.push(tf.add(end, tf.mul(1 - end, left)));
    } else if (schedule !== "constant") factors.push(tf.rsqrt(tf.maximum(tf.div(time, updates(after!)), 1)));
    return factors.reduce((rate, factor) => tf.mul(rate, factor), tf.scalar(peak)) as tf.Scalar;
  };
}

/** Refuses a fall without a beginning. */
function refuseWithoutBeginning({ schedule }: CommonOptions, begins: boolean): void {
  if (begins || (schedule !== "inverse-square-root" && schedule !== "edm2")) return;
  refuse({
    option: "schedule",
    what: "The learning rate does not know from where on to fall",
    fix: "add warmup, such as 1000 steps, at whose end it begins, or decay_after",
  });
}

/** Refuses a fall that ends before it begins, where that is known: epochs compare with epochs, steps with images. */
function refuseEndBeforeWarmup({ warmup, until }: CommonOptions, batchSize: number): void {
  if (warmup === undefined || until === undefined) return;
  const inEpochs = (length: string | number) => String(length).includes("epoch");
  if (inEpochs(warmup) !== inEpochs(until)) return;
  const counted = (length: string | number) =>
    inEpochs(length) ? Number(String(length).split(" ")[0]) : Number(updatesIn(length, batchSize, undefined));
  if (counted(warmup) < counted(until)) return;
  refuse({
    option: "until",
    what: `The learning rate would fall until ${until}, and its warmup takes until ${warmup}`,
    fix: "choose a later until, or a shorter warmup",
  });
}

/** How many updates a length is, where that is known before training starts; else a tensor. */
function updatesIn(length: string | number, batchSize: number, course: Course | undefined): Number {
  const [count = "", unit = "steps"] = String(length).split(" ");
  if (unit.startsWith("step")) return Number(count);
  if (unit.startsWith("image")) return Number(count) / batchSize;
  if (course === undefined) throw new TypeError(`Cannot tell how many updates are in ${length}: no course is given`);
  return tf.mul(tf.cast(course.epochSteps, "float32"), Number(count));
}

function endOf(schedule: string, course: Course | undefined): tf.Tensor {
  if (course !== undefined) return tf.cast(course.steps, "float32");
  throw new TypeError(
    `Cannot tell where the schedule "${schedule}" of the learning rate ends: give until, or a course`,
  );
}

/**
 * Gradients, scaled down together where they are longer than `max_norm`. Pascanu et al. 2013, arXiv:1211.5063, alg. 1.
 *
 * @param norm their length, where it is known
 */
export function clipped(
  gradients: TensorRecord,
  { max_norm: most }: Pick<CommonOptions, "max_norm">,
  norm: tf.Scalar | undefined,
): TensorRecord {
  if (most === undefined) return gradients;
  const factor = tf.minimum(tf.div(most, tf.maximum(norm ?? ops.lengthOf(gradients), 1e-20)), 1);
  return mapRecord(gradients, (gradient) => tf.mul(gradient, factor));
}

/** Whether rates follow the length of training. */
export function followsLength({ schedule, until }: Pick<CommonOptions, "schedule" | "until">): boolean {
  return (schedule === "cosine" || schedule === "linear") && until === undefined;
}

/** A rate as a scalar, for whoever shows it. */
export function shown(rate: number | tf.Scalar): tf.Scalar {
  return typeof rate === "number" ? tf.scalar(rate) : rate;
}

/** The record with each tensor replaced. */
export function mapRecord(record: TensorRecord, fn: (tensor: tf.Tensor, name: string) => tf.Tensor): TensorRecord {
  return Object.fromEntries(Object.entries(record).map(([name, tensor]) => [name, fn(tensor, name)]));
}
