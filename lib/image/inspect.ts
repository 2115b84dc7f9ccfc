/** Looks at a picture file before it is decoded: what it is, how large it becomes, and whether its values have a meaning. */
import type { Sharp } from "sharp";
import { jpegFrame, jpegScans } from "./jpeg.ts";
import { kindOf } from "./kind.ts";
import { tiffSamples } from "./tiff.ts";

/** What decoding has to know of a file. */
export interface Inspected {
  readonly kind: string;
  readonly width: number; // pixels, before its orientation is applied
  readonly height: number; // pixels
  readonly channels: number;
  /** Channels that are colours: 1 grey, 3 RGB, 4 CMYK. */
  readonly colours: number;
  /** Place of the channel that is transparency. */
  readonly alpha: number | undefined;
  readonly bytesPerSample: 1 | 2 | 4;
  /** The codec's name of how the samples are to be understood, such as "rgb16". */
  readonly space: string;
  /** Its colour profile, where there may be more than 8 bits: those of 8 bits are the codec's own business. */
  readonly icc: Uint8Array | undefined;
}

/** Bytes that the samples of one picture may take: 268 million pixels of 8-bit RGB. */
const largestPicture = 805_306_368;

/** What a file is refused for, in words for the user. */
export class UnusablePicture extends Error {
  override readonly name = "UnusablePicture";
}

/** Refuses by its content what `decode` does not read. The codec has not been asked yet: the words are the same each time. */
export function checkPictureKind(file: Uint8Array): NonNullable<ReturnType<typeof kindOf>>["picture"] & string {
  if (file.length === 0) throw new UnusablePicture("The file is empty");
  const kind = kindOf(file);
  if (kind === undefined) {
    const start = [...file.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    throw new UnusablePicture(`The file is not a picture of a known format (its first bytes are ${start})`);
  }
  if (kind.picture === undefined) {
    throw new UnusablePicture(`The file is ${kind.name}, which cannot be decoded: ${kind.fix}`);
  }
  if (kind.picture === "TIFF") checkTiff(file);
  if (kind.picture === "JPEG") checkJpeg(file);
  return kind.picture;
}

const toSixteen = "convert it to 8 or 16 bits a channel";

/** Refuses samples whose black and white the file does not give, and what the codec would take for something else. */
function checkTiff(file: Uint8Array): void {
  const samples = tiffSamples(file);
  if (samples === undefined) return;
  const { bits, channels, format, photometric, raw } = samples;
  const refuse = (what: string, fix: string): never => {
    throw new UnusablePicture(`The TIFF picture ${what}: ${fix}`);
  };
  if (raw) refuse("is a raw camera file, whose first page is only a preview", "convert it to PNG or JPEG");
  if (format === "float") {
    refuse(`has ${bits}-bit floating-point samples, and nothing in it says which value is white`, toSixteen);
  }
  if (format !== "unsigned") {
    const named = format === "signed" ? `${bits}-bit signed samples` : `${bits}-bit samples of an unusual format`;
    refuse(`has ${named}, and nothing in it says which values are black and white`, toSixteen);
  }
  if (![1, 2, 4, 8, 16, 32].includes(bits) || (bits < 8 && channels > 1)) {
    refuse(`has ${bits} bits a channel in ${channels} ${channels === 1 ? "channel" : "channels"}`, toSixteen);
  }
  if (photometric === 8 || photometric === 9 || photometric === 10) {
    refuse("stores its colours as CIE Lab", "convert it to RGB");
  }
  const further = channels - coloursOf(photometric);
  const unclear = photometric <= 1 ? further > 1 : further < 0;
  if (unclear) {
    refuse(
      `has ${channels} channels, and nothing in it says which are red, green and blue`,
      "convert it to RGB",
    );
  }
  if (bits === 32 && further > 0) refuse(`has 32 bits a channel in ${channels} channels`, toSixteen);
}

/** Colours of a TIFF file by its tag 262, as they come from the codec. */
function coloursOf(photometric: number): number {
  return photometric <= 1 ? 1 : photometric === 5 ? 4 : photometric === 3 ? 1 : 3;
}

/** Scans of the most that encoders write, a hundred times over: a small file of many would be decoded for hours. */
const mostScans = 1000;

/** Refuses JPEG of more than 8 bits, and of endless scans. */
function checkJpeg(file: Uint8Array): void {
  const bits = jpegFrame(file)?.bits ?? 8;
  if (bits > 8) throw new UnusablePicture(`The JPEG picture has ${bits} bits a channel: convert it to 8`);
  if (jpegScans(file, mostScans + 1) > mostScans) {
    throw new UnusablePicture(
      `The JPEG picture is damaged, or was made to keep programs busy: it has over ${mostScans} scans`,
    );
  }
}

/** Finds out what decoding has to know, and refuses what would be too large once decoded. */
export async function inspect(file: Uint8Array, kind: string, opened: Sharp): Promise<Inspected> {
  const inspected = ordinaryJpeg(file, kind) ?? await asked(file, kind, opened);
  const { width, height, channels, bytesPerSample } = inspected;
  const bytes = width * height * Math.max(3, channels * bytesPerSample);
  if (bytes > largestPicture) {
    throw new UnusablePicture(
      `The ${kind} picture is too large: ${width}×${height} pixels take ${megabytes(bytes)} once decoded, and the ` +
        `limit is ${megabytes(largestPicture)}: scale it down`,
    );
  }
  return inspected;
}

/** What most pictures are, by their own header: asking the codec takes half as long as decoding a small one. */
function ordinaryJpeg(file: Uint8Array, kind: string): Inspected | undefined {
  const frame = kind === "JPEG" ? jpegFrame(file) : undefined;
  if (frame === undefined || frame.bits !== 8 || (frame.channels !== 1 && frame.channels !== 3)) return undefined;
  const { width, height, channels } = frame;
  const space = channels === 1 ? "b-w" : "srgb";
  return {
    kind,
    width,
    height,
    channels,
    colours: channels,
    alpha: undefined,
    bytesPerSample: 1,
    space,
    icc: undefined,
  };
}

async function asked(file: Uint8Array, kind: string, opened: Sharp): Promise<Inspected> {
  const { width, height, channels, depth, space, hasAlpha, icc } = await opened.metadata();
  const bytesPerSample = depth === "uchar" ? 1 : depth === "ushort" ? 2 : depth === "uint" ? 4 : undefined;
  const colours = ({ "b-w": 1, "grey16": 1, "srgb": 3, "rgb16": 3, "cmyk": 4 } as Record<string, number>)[space];
  if (bytesPerSample === undefined || colours === undefined || channels < colours) {
    throw new UnusablePicture(
      `The ${kind} picture has ${channels} channels of the kind "${space}" and "${depth}": convert it to RGB of 8 bits`,
    );
  }
  const extra = kind === "TIFF" ? tiffSamples(file)?.extra : undefined;
  // Without the tag, a further channel is transparency: that is how it was written before TIFF 6.0.
  const place = extra === undefined ? (hasAlpha ? 0 : -1) : extra.findIndex((meaning) => [1, 2, 999].includes(meaning));
  return {
    kind,
    width,
    height,
    channels,
    colours,
    alpha: channels > colours && place >= 0 ? colours + place : undefined,
    bytesPerSample,
    space,
    icc,
  };
}

/** Bytes as the user reads them. */
export function megabytes(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.ceil(bytes / 1e6)} MB`;
}
