/** Augmentation that changes brightness, contrast, saturation and hue. */
import { plugin, refuse, tf, z } from "denoise/plugin";
import { brighten, contrast, saturate, turnHue } from "./shared/colour.ts";

const factor = z.number().min(0).max(10);
const turn = z.number().min(-0.5).max(0.5);

/** What can be changed, in this order. `neutral`: the amount that changes nothing. */
const changes = [
  { name: "brightness", apply: brighten, neutral: 1, colour: false },
  { name: "contrast", apply: contrast, neutral: 1, colour: false },
  { name: "saturation", apply: saturate, neutral: 1, colour: true },
  { name: "hue", apply: turnHue, neutral: 0, colour: true },
] as const;

export default plugin({
  kind: "augmentation",
  name: "colour-jitter",
  summary: "Changes brightness, contrast, saturation and hue, in this order, each picture by draws of its own",
  prefer:
    "For photographs in changing light whose colours should not be learnt by heart. Generated pictures have the " +
    "changed colours, so keep the amounts small",
  source: "ColorJitter of torchvision, on float32: github.com/pytorch/vision, transforms/functional",
  options: z.object({
    brightness: amount(factor, "factors of all values").default(0.2),
    contrast: amount(factor, "factors of the distance to the picture's mean grey").default(0.2),
    saturation: amount(factor, "factors of the distance to grey").default(0.2),
    hue: z.union([turn.min(0), z.array(turn).length(2)]).default(0.05).describe(
      "largest turn of all hues either way, as a part of the circle up to 0.5, or [least, most]",
    ),
    probability: z.number().min(0).max(1).default(1).describe("chance that a picture is changed"),
  }),
  create({ options }) {
    const ranges = changes.map((change) => ({ ...change, range: rangeOf(change, options[change.name]) }))
      .filter(({ neutral, range }) => range.some((end) => end !== neutral));
    return {
      shape(input) {
        const { channels } = input;
        const [first] = ranges.filter(({ colour }) => colour);
        if (channels === 3 || (channels === 1 && first === undefined)) return input;
        refuse({
          ...(channels === 1 ? { option: first!.name } : {}),
          what: `Cannot change the ${channels === 1 ? first!.name : "colours"} of pictures of ${channels} channel${
            channels === 1 ? "" : "s"
          }`,
          fix: channels === 1 ? "use saturation: 0 and hue: 0 for grey pictures" : "use pictures of 3 channels",
        });
      },
      apply(images, { random, training }) {
        if (!training) return images;
        const changed = ranges.reduce((seen, { name, apply, range: [least, most] }) => {
          const draw = random.fork(name).uniform([1, 1, 1]);
          return apply(seen, tf.add(tf.mul(draw, most - least), least));
        }, images);
        return tf.where(tf.less(random.fork("any").uniform([1, 1, 1]), options.probability), changed, images);
      },
    };
  },
});

/** An option of how far factors go: a number for as far below 1 as above it, or both ends. */
function amount(one: z.ZodNumber, what: string) {
  return z.union([one, z.array(one).length(2)]).describe(
    `${what}: a number x for 1 - x to 1 + x, not below 0, or [least, most]`,
  );
}

/** The least amount and the most. @throws {Refusal} where they are the wrong way round */
function rangeOf(
  { name, neutral }: { readonly name: string; readonly neutral: number },
  given: number | readonly number[],
): readonly [least: number, most: number] {
  if (typeof given === "number") return [neutral === 0 ? -given : Math.max(0, neutral - given), neutral + given];
  const [least, most] = given as readonly [number, number];
  if (least <= most) return [least, most];
  refuse({ option: name, what: `${name} cannot be from ${least} to ${most}`, fix: `use ${name}: [${most}, ${least}]` });
}
