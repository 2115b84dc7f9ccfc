/** Dataset of the pictures in a folder. */
import { extname, resolve } from "node:path";
import { image, plugin, refuse, z } from "denoise/plugin";
import { type Found, listPictures, nearestFolder } from "./shared/folder.ts";
import { imageSize, resize, validation } from "./shared/options.ts";
import { splitByName } from "./shared/split.ts";

export default plugin({
  kind: "dataset",
  name: "image-folder",
  summary:
    "Pictures in a folder (JPEG, PNG, WebP, GIF, AVIF, TIFF); its subfolders, where there are any, are the classes",
  options: z.object({
    folder: z.string().min(1).describe("the folder, absolute or relative to the working directory"),
    image_size: imageSize.default(64),
    resize: resize.default("bicubic"),
    validation,
    broken_limit: z.number().min(0).max(1).default(0.01).describe("fraction of the pictures that may fail to decode"),
  }),
  locates: ["folder"],
  create: ({ options }) => ({
    image: { height: options.image_size, width: options.image_size, channels: 3 },
    async open({ warn, signal }) {
      const { files, others } = await listPictures(options.folder, signal).catch((error) =>
        missing(options.folder, error)
      );
      if (files.length === 0) empty(options.folder, others);
      const { labels, classes } = classify(files);
      if (classes === undefined && files.some(({ name }) => name.includes("/"))) {
        warn(`Some pictures lie outside the subfolders of "${options.folder}": none gets a class`);
      }
      const names = files.map(({ name }) => name);
      return {
        fingerprint: JSON.stringify([
          "image-folder",
          2,
          options.image_size,
          options.resize,
          files.map(({ name, size, state }) => [name, size, state]),
        ]),
        items: names.map((name, i) => (labels ? { name, label: labels[i]! } : { name })),
        ...(classes ? { classes } : {}),
        splits: splitByName(names, options.validation),
        brokenLimit: options.broken_limit,
        async pixels(index) {
          const picture = image.centreCrop(await image.decode(await Deno.readFile(files[index]!.path)));
          const size = { width: options.image_size, height: options.image_size };
          return image.resize(picture, { ...size, method: options.resize }).data;
        },
      };
    },
  }),
});

/** The folders on the first level as classes; none where a picture lies outside of them. */
function classify(files: readonly Found[]): { labels?: number[]; classes?: string[] } {
  if (files.some(({ name }) => !name.includes("/"))) return {};
  const folders = files.map(({ name }) => name.slice(0, name.indexOf("/")));
  // Numbers in names count as numbers: class 2 comes before class 10, whatever the language of the system.
  const classes = [...new Set(folders)].sort(new Intl.Collator("en", { numeric: true }).compare);
  const place = new Map(classes.map((name, i) => [name, i]));
  return { classes, labels: folders.map((folder) => place.get(folder)!) };
}

async function missing(folder: string, error: unknown): Promise<never> {
  if (error instanceof Deno.errors.NotADirectory) {
    refuse({
      option: "folder",
      what: `Cannot open "${folder}" as a folder: it is a file`,
      fix: "name the folder it lies in",
    });
  }
  if (!(error instanceof Deno.errors.NotFound)) throw error;
  const home = folder.startsWith("~") ? 'write the whole path: "~" is known to shells alone' : undefined;
  const guess = home ?? await nearestFolder(folder);
  refuse({
    option: "folder",
    what: `Cannot find folder "${folder}" (${resolve(folder)})`,
    fix: guess ?? "name a folder that is there; relative paths start from the working directory",
  });
}

function empty(folder: string, others: readonly string[]): never {
  const endings = Map.groupBy(others, (name) => extname(name).toLowerCase() || "no ending");
  const kinds = [...endings].sort(([, a], [, b]) => b.length - a.length).slice(0, 4)
    .map(([ending, names]) => `${names.length} with ${ending}`);
  refuse({
    option: "folder",
    what: `Cannot find pictures in folder "${folder}": it holds ` +
      (others.length === 0 ? "no files" : `${others.length} other files (${kinds.join(", ")})`),
    fix: `put pictures there that end in ${image.pictureExtensions.join(", ")}`,
  });
}
