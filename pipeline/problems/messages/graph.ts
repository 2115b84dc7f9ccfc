/** Messages about wiring a recipe's stages into a graph, in alphabetical order of code. */
import { choices, counted, listed, type Message, quote, withArticle } from "./text.ts";

/** A batch that several devices cannot share evenly. */
export function batchUneven(size: number, devices: number): Message {
  const below = size - size % devices;
  const fitting = [...(below === 0 ? [] : [below]), below + devices];
  return {
    code: "batch-uneven",
    message: `Cannot split a batch of ${counted(size, "picture")} evenly over ${devices} devices`,
    help: [`use batch_size: ${fitting.join(" or ")}, or another number of devices`],
  };
}

/** `train.keep.best` names something that no metric measures. */
export function bestUnknown(name: string, numbers: readonly string[]): Message {
  return {
    code: "best-unknown",
    message: `Cannot keep the best checkpoint by ${quote(name)}: no metric measures it`,
    help: [
      numbers.length === 0
        ? "the recipe has no metrics: add metrics: [validation-error], or leave keep.best out"
        : choices(name, "Metrics measure", numbers),
    ],
  };
}

/** A plugin that failed while its stage was made. `call`: the function that failed. */
export function createFailed(plugin: string, id: string, call: string, reason: string): Message {
  return {
    code: "create-failed",
    message: `Cannot use ${plugin} as ${id}: its ${call} fails with ${reason}`,
    help: [],
  };
}

/** A plugin that tries what its process may not do. `deed`: such as "read "/data"". */
export function createForbidden(
  plugin: string,
  id: string,
  call: string,
  deed: string,
  help: readonly string[],
): Message {
  return {
    code: "create-forbidden",
    message: `Cannot use ${plugin} as ${id}: its ${call} is not permitted to ${deed}`,
    help,
  };
}

/** A loss that looks at a layer which the network does not have. */
export function featureUnknown({ plugin, network }: Asking, name: string, layers: readonly string[]): Message {
  return {
    code: "feature-unknown",
    message: `Cannot use ${plugin} with ${network}: it looks at the layer ${
      quote(name)
    }, which that network does not offer`,
    help: [layers.length === 0 ? "the network offers no layers: use another" : choices(name, "Layers", layers)],
  };
}

/** Stages that need each other. */
export function cycle(chain: readonly string[]): Message {
  const [first, ...rest] = chain;
  return {
    code: "graph-cycle",
    message: `Cannot wire ${quote(first)}: ${[first, ...rest].join(" needs ")}`,
    help: [`remove one of these from the "needs" of its plugin`],
  };
}

/** A shape that is not an image's. */
export function imageShapeUnfit(id: string, plugin: string, shape: string): Message {
  return {
    code: "image-shape-unfit",
    message: `Cannot use images of shape ${shape} from ${id} (${plugin})`,
    help: ["height, width and channels are whole numbers of at least 1"],
  };
}

/** The batch to use instead of one that does not fit. `parts`: see `partsWithin`. */
function whatFits(batch: number, parts: number | undefined): string {
  return batch >= 1
    ? `use batch_size: ${batch}, which fits` +
      (parts === undefined
        ? ""
        : `; or keep it, and set train.accumulate: ${parts}, for the same updates in less memory`)
    : "not even one image fits: make the images or the network smaller, or use another backend";
}

/** A sampler that jumps, in a recipe whose loss trains no jumps. */
export function jumpsUntrained(sampler: string, loss: string): Message {
  return {
    code: "jumps-untrained",
    message:
      `Cannot use ${sampler} with ${loss}: it jumps from one noise level to another, which that loss does not train`,
    help: ["train with loss: shortcut, or use another sampler"],
  };
}

/** A batch that the backend has no memory for. */
export function memoryExceeded(
  sizes: {
    batch: number;
    estimate: string;
    available: string;
    backend: string;
    fits: number;
    parts?: number | undefined;
  },
): Message {
  const { batch, estimate, available, backend, fits, parts } = sizes;
  return {
    code: "memory-exceeded",
    message: `Cannot train with batches of ${batch}: a step takes about ${estimate}, ` +
      `and the ${backend} backend has ${available}`,
    help: [whatFits(fits, parts)],
  };
}

/** Who asks something of the network, such as `loss/shortcut` of the kind `loss`. */
interface Asking {
  readonly plugin: string;
  readonly kind: string;
  readonly network: string;
}

/** A network that does not take what a loss or a sampler gives it. `offer`: how a network says that it does. */
export function networkLacks(
  { plugin, kind, network }: Asking,
  what: string,
  offer: string,
  { option = false }: { readonly option?: boolean } = {},
): Message {
  return {
    code: "network-lacks",
    message: `Cannot use ${plugin} with ${network}: it gives the network ${what}, which that network does not take`,
    help: [
      option
        ? `write ${offer} in network, for a training of its own, or use another ${kind}`
        : `use another ${kind}, or a network that offers it: offers: { ${offer} }`,
    ],
  };
}

/** A sampler's plan that does not say one row of numbers a step. */
export function planUnfit(plugin: string, what: string, fix: string): Message {
  return { code: "plan-unfit", message: `Cannot sample with ${plugin}: its plan has ${what}`, help: [fix] };
}

/** A plugin's refusal, with the plugin named once. */
export function refused(plugin: string, name: string, what: string, help: readonly string[]): Message {
  // Some sentences name the plugin themselves; the others are put after its name.
  const message = what.includes(`"${name}"`) || what.includes(plugin)
    ? what
    : `Cannot use ${plugin}: ${/^[A-Z][a-z]/.test(what) ? what[0]!.toLowerCase() + what.slice(1) : what}`;
  return { code: "refused", message, help };
}

/** A call that returns something else than its kind promises. `what`: such as "a promise". */
export function resultUnfit(plugin: string, call: string, what: string, fix: string): Message {
  return { code: "result-unfit", message: `Cannot use ${plugin}: its ${call} returns ${what}`, help: [fix] };
}

/** A plugin that needs a sampler and does not let a recipe say which. */
export function samplerOptionMissing(plugin: string): Message {
  return {
    code: "sampler-option-missing",
    message: `Cannot supply the sampler that ${plugin} needs`,
    help: ['add the option that names it: sampler: z.string().default("preview").describe("which of samplers")'],
  };
}

/** A tensor of another shape than its kind promises. `what`: the tensor's name in the result. */
export function shapeUnfit(
  plugin: string,
  call: string,
  what: string,
  found: readonly number[] | undefined,
  wanted: readonly number[],
): Message {
  const returned = found === undefined ? `no ${what}` : `${what} of shape ${shape(found)}`;
  return {
    code: "shape-unfit",
    message: `Cannot use ${plugin}: its ${call} returns ${returned} where ${shape(wanted)} is needed`,
    help: ["shapes are shown for a batch of 2"],
  };
}

/** A slot that is read without having been asked for. */
export function slotUndeclared(plugin: string, slot: string, needs: readonly string[]): Message {
  return {
    code: "slot-undeclared",
    message: `Cannot give ${quote(slot)} to ${plugin}, which does not ask for it`,
    help: [`add it to the plugin: needs: [${[...needs, slot].map((name) => `"${name}"`).join(", ")}]`],
  };
}

/** A stage that asks for another that the recipe lacks. */
export function stageAbsent(plugin: string, slot: string): Message {
  return {
    code: "stage-absent",
    message: `Cannot supply ${quote(slot)}, which ${plugin} needs`,
    help: [`add ${slot}: to the recipe`],
  };
}

/** A stage without what every stage of its kind has. */
export function stageIncomplete(plugin: string, kind: string, members: readonly string[]): Message {
  return {
    code: "stage-incomplete",
    message: `Cannot use ${plugin}: what its create returns lacks ${listed(members, "and")}`,
    help: [`${members.length === 1 ? "it is" : "they are"} part of every ${kind}`, interfaceOf(kind)],
  };
}

/** A stage that is not even an object. */
export function stageMissing(plugin: string, kind: string, found: string): Message {
  return {
    code: "stage-missing",
    message: `Cannot use ${plugin}: its create returns ${found}`,
    help: [`create returns ${withArticle(kind)}`, interfaceOf(kind)],
  };
}

/** A batch with a tensor that is larger than the backend lets one be. `kernel`: what makes it. */
export function tensorTooLarge(
  sizes: {
    batch: number;
    kernel: string;
    shape: readonly number[];
    size: string;
    allowed: string;
    backend: string;
    fits: number;
    parts?: number | undefined;
  },
): Message {
  const { batch, kernel, size, allowed, backend, fits, parts } = sizes;
  return {
    code: "tensor-too-large",
    message:
      `Cannot train with batches of ${batch}: the result of ${kernel}, of shape ${
        shape(sizes.shape)
      }, takes ${size}, ` +
      `and the ${backend} backend allows ${allowed} for one tensor`,
    help: [whatFits(fits, parts)],
  };
}

/** A batch whose pixels are more than the workgroups of a kernel can go through. */
export function tooManyRows(
  sizes: { batch: number; rows: number; allowed: number; backend: string; fits: number; parts?: number | undefined },
): Message {
  const { batch, rows, allowed, backend, fits, parts } = sizes;
  return {
    code: "too-many-rows",
    message:
      `Cannot train with batches of ${batch}: a convolution or a matrix product gives ${counted(rows, "row")}, ` +
      `and the ${backend} backend has workgroups for ${counted(allowed, "row")}`,
    help: [whatFits(fits, parts)],
  };
}

/** A tensor of another type than the call before gave. */
export function typeUnfit(plugin: string, call: string, what: string, found: string, wanted: string): Message {
  return {
    code: "type-unfit",
    message: `Cannot use ${plugin}: its ${call} returns ${what} of type ${found} where ${wanted} is needed`,
    help: [
      `use tf.cast(…, "${wanted}"): tfjs turns an int32 tensor and a plain number into float32, and one compiled program serves all calls`,
    ],
  };
}

/** Rows of a plan, counted. */
export function rows(count: number): string {
  return counted(count, "row");
}

/** Where to read what a kind is asked for. */
const interfaceOf = (kind: string) => `deno task plugins show ${kind}   prints its interface`;

const shape = (sizes: readonly number[]) => `[${sizes.join(", ")}]`;

/** What to do about an option of no use where another recipe says it. `setting`: such as `loss.gamma`. */
export function unusedInherited(setting: string): string {
  const option = setting.split(".").at(-1);
  return `where it is inherited, ${option}: null takes it back; on the command line, ${setting}=null`;
}
