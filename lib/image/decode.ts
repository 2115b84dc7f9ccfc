/** Picture files to pixels. */
import type { Sharp, SharpOptions } from "sharp";
import { Budget } from "./budget.ts";
import { codec } from "./codec.ts";
import { checkPictureKind, inspect, type Inspected, megabytes, UnusablePicture } from "./inspect.ts";
import type { Picture } from "./picture.ts";
import { changesColours } from "./profile.ts";

/** Endings of the files that `decode` reads, lower case with the dot. */
export const pictureExtensions: readonly string[] =
  ".jpg .jpeg .jfif .jpe .pjpeg .pjp .png .apng .webp .gif .avif .tif .tiff".split(" ");

/** What to do with what a file holds besides opaque pixels. */
export interface DecodeOptions {
  /** Colour behind transparent pixels, as CSS writes it. Default white. */
  readonly background?: string;
}

/** Bytes that decoding may take at the same time, all pictures together; one picture that takes more is decoded alone. */
const inFlight = new Budget(1_073_741_824);
/** Bytes of files that may be read and not yet decoded at the same time. */
const readAhead = new Budget(268_435_456);
/** Bytes of the largest file that is read. */
const largestFile = 1_073_741_824;

/**
 * Decodes a file of a picture: JPEG, PNG, WebP, GIF (its first frame), AVIF or TIFF (its first page). What it is is told
 * from its content, not from its name.
 *
 * The EXIF orientation is applied. Colours become 8-bit sRGB by the colour profile of the file, of any depth; a profile
 * that is damaged, or of another number of colours than the picture, is ignored. So are the other ways to say what the
 * colours are, gAMA, cHRM and cICP of PNG and CICP of AVIF: Pillow ignores them too. CMYK without a profile is taken for
 * a common offset print. Greyscale and palettes become RGB. Transparent pixels are laid over `background`; channels that
 * are not transparency are left out.
 *
 * Memory is bounded: large pictures wait for each other.
 *
 * @throws {Error} when the bytes are not a picture of these formats, are damaged or cut short, hold samples without a
 * known black and white (floating point, signed), or take more than 805 MB once decoded
 */
export function decode(file: Uint8Array, options: DecodeOptions = {}): Promise<Picture> {
  return decodeFor(file, options, (picture) => picture);
}

/**
 * Decodes a file as `decode` does, and hands the picture on. Files wait to be read until memory is free, which the
 * picture counts as taking until the work on it is done: return what is small.
 *
 * @throws {Error} also when it cannot be read, is not a regular file, or has more than 1.1 GB
 */
export async function withPicture<Result>(
  path: string,
  work: (picture: Picture) => Result | Promise<Result>,
  options: DecodeOptions = {},
): Promise<Result> {
  const { isFile, size } = await Deno.stat(path).catch(unreadable);
  if (!isFile) throw new UnusablePicture("It is not a regular file");
  if (size > largestFile) {
    throw new UnusablePicture(
      `The file is too large: it has ${megabytes(size)}, and the limit is ${megabytes(largestFile)}`,
    );
  }
  return await readAhead.use(size, async () => {
    return await decodeFor(await Deno.readFile(path).catch(unreadable), options, work);
  });
}

/** Decodes a file as `withPicture` does, for a picture that is kept. */
export function decodeFile(path: string, options: DecodeOptions = {}): Promise<Picture> {
  return withPicture(path, (picture) => picture, options);
}

async function decodeFor<Result>(
  file: Uint8Array,
  { background = "#ffffff" }: DecodeOptions,
  work: (picture: Picture) => Result | Promise<Result>,
): Promise<Result> {
  const kind = checkPictureKind(file);
  const sharp = await codec();
  const open = (options: SharpOptions = {}) =>
    // "error" rather than the default "warning": odd but complete files, which other programs show, are used.
    sharp(file, { failOn: "error", limitInputPixels: false, limitInputChannels: false, ...options });
  const inspected = await withOwnReason(kind, 1, () => inspect(file, kind, open()), (inspected) => inspected);
  const { width, height, channels, bytesPerSample } = inspected;
  // What the codec holds, what it hands over, and what is cut out of that.
  const cost = file.length + width * height * (channels * bytesPerSample + 2 * 3);
  // Should the codec find another size than was found here, it refuses the picture.
  const bounded = (options: SharpOptions = {}) => open({ ...options, limitInputPixels: Math.max(1, width * height) });
  return await withOwnReason(kind, cost, () => pixels(bounded, inspected, background), work);
}

function unreadable(error: unknown): never {
  if (error instanceof Deno.errors.NotFound) throw new UnusablePicture("The file does not exist");
  if (error instanceof Deno.errors.PermissionDenied) {
    throw new UnusablePicture("The file cannot be read: its permissions do not allow it");
  }
  const reason = error instanceof Error ? error.message.replace(/ \(os error .*/, "") : String(error);
  throw new UnusablePicture(`The file cannot be read (${reason})`);
}

/**
 * Does something with the codec, and work on what comes of it. The codec's threads write their errors into one text
 * together, so that a file may be blamed for what is wrong with another: what fails is done again while nothing else is
 * decoded, and fails for its own reason.
 */
async function withOwnReason<Value, Result>(
  kind: string,
  cost: number,
  native: () => Promise<Value>,
  work: (value: Value) => Result | Promise<Result>,
): Promise<Result> {
  const attempt = (amount: number) =>
    inFlight.use(amount, async () => {
      const outcome = await native().then((value) => ({ value }), (error: Error) => ({ error }));
      return "error" in outcome ? outcome : { result: await work(outcome.value) };
    });
  let outcome = await attempt(cost);
  if ("error" in outcome && !(outcome.error instanceof UnusablePicture)) outcome = await attempt(inFlight.limit);
  if ("result" in outcome) return outcome.result;
  const { error } = outcome;
  throw error instanceof UnusablePicture ? error : new Error(explain(kind, error.message), { cause: error });
}

/** Says what is wrong with a file in plain words, with the codec's own words behind where they add something. */
function explain(kind: string, text: string): string {
  const lines = text.split("\n").map((line) =>
    line.replaceAll(/\s+/g, " ").trim()
      // Who says it: parts of the codec, one within the other.
      .replace(
        /^(?:Input buffer has corrupt header: *|(?:Vips\w+|vips\w+|\w+2vips|\w+load_buffer|heif|webp|source input): )+/,
        "",
      )
  ).filter((line) => line !== "" && !/^(Unknown error|source: bad seek|.*unsupported image format)/.test(line));
  const reason = [...new Set(lines)].slice(0, 2).join("; "); // The codec says the same once for each of its threads.
  if (reason === "") return `The ${kind} picture is cut short or damaged`;
  return /unsupported|not supported|not implemented|unimplemented|limit/i.test(reason)
    ? `The ${kind} picture cannot be decoded (${reason})`
    : `The ${kind} picture is cut short or damaged (${reason})`;
}

async function pixels(
  open: (options?: SharpOptions) => Sharp,
  inspected: Inspected,
  background: string,
): Promise<Picture> {
  const { channels, colours, alpha, bytesPerSample, space, icc } = inspected;
  if (bytesPerSample === 4) return await fromLargeNumbers(open(), inspected);
  const deep = icc !== undefined && bytesPerSample === 2 && colours !== 4;
  // Left to itself, the codec converts 16 bits to Display P3, and 16-bit grey not at all.
  if (deep && await changesColours(await codec(), icc, colours as 1 | 3)) {
    const converted = open({ ignoreIcc: true }).autoOrient().toColourspace(space).withIccProfile("srgb");
    return await flattened(
      await samplesOf(converted, "ushort"),
      alpha === undefined ? undefined : 3 + alpha - colours,
      {
        background,
      },
    );
  }
  const upright = open({ ignoreIcc: deep }).autoOrient();
  if (alpha !== undefined && channels > colours + 1) {
    return await flattened(await samplesOf(upright, "uchar"), 3 + alpha - colours, { background });
  }
  const { data, info } = await (alpha === undefined ? upright.removeAlpha() : upright.flatten({ background }))
    .raw({ depth: "uchar" }).toBuffer({ resolveWithObject: true });
  return picture(data, info);
}

function picture(data: Uint8Array, info: { width: number; height: number; channels: number }): Picture {
  const { width, height, channels } = info;
  if (channels !== 3) throw new Error(`${channels} channels instead of 3`);
  return { width, height, data: new Uint8Array(data.buffer, data.byteOffset, data.length) };
}

/** Samples as they come from the codec. */
interface Samples {
  readonly data: Uint8Array | Uint16Array | Uint32Array;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
}

async function samplesOf(from: Sharp, depth: "uchar" | "ushort" | "uint"): Promise<Samples> {
  const { data, info } = await from.raw({ depth }).toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  const count = width * height * channels;
  const type = { uchar: Uint8Array, ushort: Uint16Array, uint: Uint32Array }[depth];
  return { data: new type(data.buffer, data.byteOffset, count), width, height, channels };
}

/** Lays RGB and one channel of transparency over a background, and makes it 8 bits. */
async function flattened(samples: Samples, alpha: number | undefined, { background }: { background: string }) {
  const sharp = await codec();
  const { width, height } = samples;
  const places = alpha === undefined ? [0, 1, 2] : [0, 1, 2, alpha];
  const raw = { width, height, channels: places.length as 3 | 4 };
  const { data, info } = await sharp(pick(samples, places) as Uint8Array | Uint16Array, { raw })
    .flatten({ background }).raw({ depth: "uchar" }).toBuffer({ resolveWithObject: true });
  return picture(data, info);
}

/** Some channels of samples, in this order. */
function pick({ data, channels }: Samples, places: readonly number[]): Samples["data"] {
  if (channels === places.length) return data;
  const count = data.length / channels;
  const picked = new (data.constructor as Uint8ArrayConstructor)(count * places.length);
  for (let pixel = 0, at = 0; pixel < count; pixel++) {
    for (const place of places) picked[at++] = data[pixel * channels + place]!;
  }
  return picked;
}

/** 32-bit integers: white is the largest number, as TIFF 6.0 says, unless that leaves nothing but black. */
async function fromLargeNumbers(opened: Sharp, { space }: Inspected): Promise<Picture> {
  const { data, width, height, channels } = await samplesOf(opened.autoOrient().toColourspace(space), "uint");
  const rgb = new Uint8Array(width * height * 3);
  let largest = 0;
  for (let i = 0; i < data.length; i++) largest = Math.max(largest, data[i]!);
  if (largest > 0 && largest / 0xffffffff * 255 < 0.5) {
    throw new UnusablePicture(
      `The TIFF picture has 32 bits a channel, of which it uses values to ${largest} alone, so that it would be black: ` +
        "scale it to 16 bits a channel",
    );
  }
  for (let i = 0; i < rgb.length; i++) {
    rgb[i] = Math.round(data[channels === 1 ? Math.floor(i / 3) : i]! / 0xffffffff * 255);
  }
  return { width, height, data: rgb };
}
