/** Dataset of flat coloured emoji, out of an npm package: nothing is downloaded. */
import { image, plugin, z } from "denoise/plugin";
import { imageSize, validation } from "./shared/options.ts";
import { splitByName } from "./shared/split.ts";

const categories = [
  "Activities",
  "Animals & Nature",
  "Flags",
  "Food & Drink",
  "Objects",
  "People & Body",
  "Smileys & Emotion",
  "Symbols",
  "Travel & Places",
] as const;

/** Pixels drawn for each pixel of the result, in both directions: their mean is smoother than the renderer's own edges. */
const oversampling = 4;

export default plugin({
  kind: "dataset",
  name: "emoji",
  summary: "Over 1,000 flat coloured emoji with their category as label; needs no download",
  prefer: "For a first run: nothing to download, and shapes that a small network learns in minutes",
  source: "Fluent Emoji by Microsoft, MIT licence, from the npm package @iconify-json/fluent-emoji-flat",
  options: z.object({
    image_size: imageSize.default(32),
    background: z.string().regex(/^#[0-9a-f]{6}$/i, { error: 'expected a colour such as "#ffffff"' }).default("#ffffff")
      .describe("colour behind the emoji"),
    categories: z.array(z.enum(categories)).min(1).default([...categories]).describe("which categories are used"),
    validation,
  }),
  create: ({ options }) => ({
    image: { height: options.image_size, width: options.image_size, channels: 3 },
    open: async () => {
      const { icons, category } = await load();
      const wanted = new Set<string>(options.categories);
      const names = [...category].filter(([, its]) => wanted.has(its)).map(([name]) => name)
        .filter((name) => isDistinct(name, category)).sort();
      const classes = categories.filter((name) => wanted.has(name));
      return {
        fingerprint: JSON.stringify(["emoji", 1, icons.lastModified, names, options.image_size, options.background]),
        items: names.map((name) => ({ name, label: classes.findIndex((its) => its === category.get(name)) })),
        classes,
        splits: splitByName(names, options.validation),
        brokenLimit: 0,
        pixels: async (index) => {
          const { body, width, height } = icons.icons[names[index]!]!;
          return (await render(body, { width, height }, options.image_size, options.background)).data;
        },
      };
    },
  }),
});

/** The drawings and the category of each, from the package. 9 MB of JSON: read when the dataset is opened. */
async function load() {
  const [{ default: icons }, { default: metadata }] = await Promise.all([
    import("@iconify-json/fluent-emoji-flat/icons.json", { with: { type: "json" } }),
    import("@iconify-json/fluent-emoji-flat/metadata.json", { with: { type: "json" } }),
  ]);
  const category = new Map<string, string>();
  for (const [name, members] of Object.entries(metadata.categories)) {
    for (const member of members) if (member in icons.icons) category.set(member, name);
  }
  return { icons: icons as Icons, category };
}

interface Icons {
  readonly lastModified: number;
  readonly icons: Readonly<Record<string, { body: string; width?: number; height?: number } | undefined>>;
}

/** Drawings that look like another one at 32×32, or like an empty page. */
const alike = new Set([
  ..."cat-face dotted-six-pointed-star full-moon left-speech-bubble speaker-medium-volume".split(" "),
  ..."black-medium-square black-medium-small-square black-small-square white-square-button".split(" "),
  ..."white-large-square white-medium-square white-medium-small-square white-small-square white-circle".split(" "),
]);

/** Whether a drawing shows something that no other does: variants of skin, gender, direction and time are left out. */
function isDistinct(name: string, names: { has(name: string): boolean }): boolean {
  if (alike.has(name)) return false;
  const [, base] = name.match(/^(.+?)-(?:light|medium-light|medium|medium-dark|dark|facing-right)$/) ?? [];
  if (base !== undefined && names.has(base)) return false;
  const [, who] = name.match(/^(?:man|woman)-(.+)$/) ?? [];
  if (who !== undefined && (names.has(who) || names.has(`person-${who}`))) return false;
  return !/-(oclock|thirty)$/.test(name) || name === "four-oclock";
}

async function render(
  body: string,
  { width = 32, height = 32 }: { width?: number | undefined; height?: number | undefined },
  size: number,
  background: string,
): Promise<image.Picture> {
  const large = size * oversampling;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${large}" height="${large}" ` +
    `viewBox="0 0 ${width} ${height}">${body}</svg>`;
  const picture = await image.renderSvg(svg, { background });
  return image.resize(picture, { width: size, height: size, method: "box" });
}
