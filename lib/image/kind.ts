/** Tells from its first bytes what kind a file is: names lie, and telephones name HEIC pictures `.jpg`. */

/** What a file is. */
export interface FileKind {
  /** As a sentence names it, with its article, such as "a JPEG picture". */
  readonly name: string;
  /** The kind, where `decode` reads it. */
  readonly picture?: "JPEG" | "PNG" | "GIF" | "WebP" | "TIFF" | "AVIF";
  /** What to do with a file that `decode` does not read. */
  readonly fix?: string;
}

/** Bytes from the start of a file that are enough for `kindOf`. */
export const kindBytes = 1024;

const convert = "convert it to PNG or JPEG";
const render = "draw it to a PNG of the size you want";
const unpack = "unpack it";

/** Text (Latin-1) or bytes that files of a kind begin with, at byte `at`. */
interface Signature extends FileKind {
  readonly start: string | readonly number[];
  readonly at?: number;
}

const signatures: readonly Signature[] = [
  { name: "a JPEG picture", picture: "JPEG", start: [0xff, 0xd8, 0xff] },
  { name: "a PNG picture", picture: "PNG", start: "\x89PNG\r\n\x1a\n" },
  { name: "a GIF picture", picture: "GIF", start: "GIF87a" },
  { name: "a GIF picture", picture: "GIF", start: "GIF89a" },
  { name: "a WebP picture", picture: "WebP", start: "WEBP", at: 8 },
  { name: "a raw camera file (CR2)", fix: convert, start: "CR\x02", at: 8 },
  { name: "a raw camera file (RW2)", fix: convert, start: "IIU\0" },
  { name: "a raw camera file (ORF)", fix: convert, start: "IIRO" },
  { name: "a raw camera file (ORF)", fix: convert, start: "IIRS" },
  { name: "a raw camera file (RAF)", fix: convert, start: "FUJIFILMCCD-RAW" },
  { name: "a TIFF picture", picture: "TIFF", start: "II*\0" },
  { name: "a TIFF picture", picture: "TIFF", start: "MM\0*" },
  { name: "a TIFF picture", picture: "TIFF", start: "II+\0" },
  { name: "a TIFF picture", picture: "TIFF", start: "MM\0+" },
  { name: "a JPEG XL picture", fix: convert, start: [0xff, 0x0a] },
  { name: "a JPEG XL picture", fix: convert, start: "\0\0\0\x0cJXL \r\n" },
  { name: "a JPEG 2000 picture", fix: convert, start: "\0\0\0\x0cjP  \r\n" },
  { name: "a JPEG 2000 picture", fix: convert, start: [0xff, 0x4f, 0xff, 0x51] },
  { name: "a Photoshop document", fix: convert, start: "8BPS" },
  { name: "an OpenEXR picture", fix: convert, start: [0x76, 0x2f, 0x31, 0x01] },
  { name: "a Radiance HDR picture", fix: convert, start: "#?RADIANCE" },
  { name: "a Radiance HDR picture", fix: convert, start: "#?RGBE" },
  { name: "a QOI picture", fix: convert, start: "qoif" },
  { name: "a DDS picture", fix: convert, start: "DDS " },
  { name: "a FITS picture", fix: convert, start: "SIMPLE  =" },
  { name: "a GIMP document", fix: convert, start: "gimp xcf" },
  { name: "an icon (ICO)", fix: convert, start: [0, 0, 1, 0] },
  { name: "a PDF document", fix: render, start: "%PDF-" },
  { name: "a ZIP archive", fix: unpack, start: "PK\x03\x04" },
  { name: "a gzip archive", fix: unpack, start: [0x1f, 0x8b, 0x08] },
  { name: "a 7z archive", fix: unpack, start: "7z\xbc\xaf\x27\x1c" },
  { name: "a RAR archive", fix: unpack, start: "Rar!\x1a\x07" },
  { name: "a tar archive", fix: unpack, start: "ustar", at: 257 },
  {
    name: "a Git LFS pointer without the picture",
    fix: 'fetch it with "git lfs pull"',
    start: "version https://git-lfs",
  },
];

/** The kind of a file by its first `kindBytes` bytes; undefined for what has no known signature. */
export function kindOf(bytes: Uint8Array): FileKind | undefined {
  const start = new TextDecoder("latin1").decode(bytes.subarray(0, kindBytes));
  for (const { start: wanted, at = 0, ...kind } of signatures) {
    const text = typeof wanted === "string" ? wanted : String.fromCharCode(...wanted);
    // windows-1252, which "latin1" means to a TextDecoder, moves the bytes 80 to 9f.
    if ([...text].every((letter, i) => letter.charCodeAt(0) === bytes[at + i])) return kind;
  }
  if (start.slice(4, 8) === "ftyp") return brandOf(bytes, start);
  if (/^BM[\s\S]{4}\0\0\0\0/.test(start) && start[15] === "\0" && start[17] === "\0") {
    return { name: "a BMP picture", fix: convert };
  }
  if (/^P[1-7]\s/.test(start)) return { name: "a PNM picture", fix: convert };
  return markupOf(start);
}

/** AVIF, HEIC and films share a container: its first box lists what the file is compatible with. */
function brandOf(bytes: Uint8Array, start: string): FileKind {
  const size = bytes[3]! + 256 * (bytes[2]! + 256 * bytes[1]!);
  const brands = Array.from(
    { length: Math.max(0, Math.min(size, start.length) - 8) >> 2 },
    (_, i) => start.slice(8 + 4 * i, 12 + 4 * i),
  );
  if (brands.includes("avif") || brands.includes("avis")) return { name: "an AVIF picture", picture: "AVIF" };
  if (brands[0] === "crx ") return { name: "a raw camera file (CR3)", fix: convert };
  if (brands.some((brand) => /^(he[iv][cmsx]|mif[12]|msf1)$/.test(brand))) {
    return { name: "a HEIC picture", fix: convert };
  }
  return { name: "a film", fix: "save its frames as PNG or JPEG" };
}

/** What is written in angle brackets. Failed downloads are HTML pages that are named as pictures. */
function markupOf(start: string): FileKind | undefined {
  const text = start.replace(/^ï»¿/, "").trimStart().toLowerCase();
  if (!text.startsWith("<")) return undefined;
  if (/<svg[\s>]/.test(text)) return { name: "an SVG drawing", fix: render };
  if (/^<!doctype html|<html[\s>]/.test(text)) {
    return { name: "an HTML page", fix: "download the picture again: a server answered with a page" };
  }
  return text.startsWith("<?xml") ? { name: "an XML document", fix: "remove it" } : undefined;
}
