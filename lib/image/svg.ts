/** SVG documents to pixels, with letters that look the same on every machine. */
import { fileURLToPath } from "node:url";
import { visibleLines } from "../text/mod.ts";
import { codec } from "./codec.ts";
import type { Picture } from "./picture.ts";

/**
 * The letters of charts and labels, for `font-family`: Inter (image/fonts, under the SIL Open Font License, cut down to
 * Latin, Greek and signs), so that a machine without any font draws letters and not boxes. The fonts after it serve
 * browsers, and characters that it lacks.
 */
export const fontFamily = "Inter, Helvetica, Arial, sans-serif";
/** The same, stronger: for titles. A family of its own, since librsvg would fatten Inter instead. */
export const strongFontFamily = "Inter SemiBold, Inter, Helvetica, Arial, sans-serif";

const fonts = { "Inter": "Inter-Regular.ttf", "Inter SemiBold": "Inter-SemiBold.ttf" };
const fontAt = (name: string) => new URL(`./fonts/${name}`, import.meta.url);
let taught: Promise<unknown> | undefined;

/** Draws an SVG document on `background`, white by default. Each of its pixels becomes `scale` × `scale`. */
export async function renderSvg(
  svg: string,
  { scale = 1, background = "#ffffff" }: { scale?: number; background?: string } = {},
): Promise<Picture> {
  const sharp = await codec();
  await (taught ??= teachFonts());
  const { data, info } = await sharp(new TextEncoder().encode(svg), { density: 72 * scale })
    .flatten({ background })
    .toColourspace("srgb")
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data: new Uint8Array(data.buffer, data.byteOffset, data.length) };
}

/** A text that names a font file makes libvips add the file to the fonts of this process, SVG's included. */
async function teachFonts(): Promise<void> {
  const sharp = await codec();
  for (const font of Object.values(fonts).map(fontAt)) {
    if (font.protocol !== "file:") continue;
    await sharp({ text: { text: "a", font: "Inter", fontfile: fileURLToPath(font) } }).raw().toBuffer();
  }
}

/** The same letters for a page that stands alone: CSS with the fonts in it. */
export async function fontFaces(): Promise<string> {
  const faces = Object.entries(fonts).map(async ([family, name]) => {
    const response = await fetch(fontAt(name));
    const data = new Uint8Array(await response.arrayBuffer());
    return `@font-face { font-family: "${family}"; src: url(data:font/ttf;base64,${data.toBase64()}) format("truetype"); }`;
  });
  return (await Promise.all(faces)).join("\n");
}

/** A text for SVG and HTML. What cannot be seen is written by its code: XML has no control characters. */
export function escapeXml(text: string): string {
  return visibleLines(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll(
    '"',
    "&quot;",
  );
}
