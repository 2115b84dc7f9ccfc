/** Dataset of the pictures in a folder. */
import { isAbsolute, resolve } from "node:path";
import { files, image, plugin, refuse, z } from "denoise/plugin";
import { type Found, type Listing, listPictures, nearestFolder, UnreadableFolder } from "./shared/folder.ts";
import { byEnding, leftOut } from "./shared/left_out.ts";
import { imageSize, resizeOption, validation } from "./shared/options.ts";
import { splitByName } from "./shared/split.ts";

export default plugin({
  kind: "dataset",
  name: "image-folder",
  summary: "Pictures in a folder (JPEG, PNG, WebP, GIF, AVIF, TIFF); its subfolders, where there are any, are the " +
    "classes",
  prefer: "For pictures of your own",
  outside: { folder: "file" },
  options: z.object({
    folder: z.string().min(1).describe(
      "the folder, absolute or relative to the recipe; on the command line, to where you are",
    ),
    image_size: imageSize.default(64),
    resize: resizeOption.default("bicubic"),
    validation,
    broken_limit: z.number().min(0).max(1).default(0.01).describe("fraction of the pictures that may fail to decode"),
  }),
  locates: ["folder"],
  create: ({ options }) => ({
    image: { height: options.image_size, width: options.image_size, channels: 3 },
    async open({ warn, signal }) {
      const listing = await listPictures(options.folder, signal).catch((error) => missing(options.folder, error));
      const { files } = listing;
      if (files.length === 0) empty(options.folder, listing);
      for (const sentence of leftOut(options.folder, listing)) warn(sentence);
      const { labels, classes } = classify(files);
      if (classes === undefined && files.some(({ name }) => name.includes("/"))) {
        warn(`Some pictures lie outside the subfolders of "${options.folder}": none gets a class`);
      }
      const names = files.map(({ name }) => name);
      const splits = splitByName(names, options.validation);
      const single = names.length === 1 && options.validation > 0;
      if (single) warn(`There is only one picture in "${options.folder}": it is both trained on and measured on`);
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
        splits: single ? { train: [0], validation: [0] } : splits,
        ...(single ? { measuresTraining: true } : {}),
        brokenLimit: options.broken_limit,
        pixels(index) {
          const size = { width: options.image_size, height: options.image_size, method: options.resize };
          return image.withPicture(files[index]!.path, (picture) => image.resize(image.centreCrop(picture), size).data);
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
      fix: "name the folder it is in",
    });
  }
  if (error instanceof UnreadableFolder) {
    refuse({
      option: "folder",
      what: `Cannot read folder "${error.path}": ${error.reason}`,
      fix: "allow reading it, or move it elsewhere",
    });
  }
  if (!(error instanceof Deno.errors.NotFound)) throw error;
  const hints = files.pathHints(folder);
  const guess = hints.length > 0 ? hints.join("; ") : await nearestFolder(folder);
  refuse({
    option: "folder",
    what: `Cannot find folder "${folder}"` + (isAbsolute(folder) ? "" : ` (${resolve(folder)})`),
    fix: guess ?? "name an existing folder; relative paths start at the recipe, or at where the command is typed",
  });
}

function empty(folder: string, listing: Listing): never {
  const { others, special, unnamed } = listing;
  const count = others.length + special.length + unnamed.length;
  const only = others.length === count && count > 0 ? ` (${byEnding(others)})` : "";
  refuse({
    option: "folder",
    what: `Cannot find pictures in folder "${folder}": it holds ` +
      (count === 0 ? "no files" : `${count} other files${only}`),
    fix: unnamed.length + special.length > 0
      ? leftOut(folder, listing).join("; ")
      : "put JPEG, PNG, WebP, GIF, AVIF or TIFF pictures there",
  });
}
