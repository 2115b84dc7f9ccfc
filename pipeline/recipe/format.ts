/** What files of weights say of their format and of the version that wrote them: read before anything else of them. */
import { version } from "../version.ts";

/** The `format` in the metadata of a checkpoint, and of a file of the average weights alone. */
export const checkpointFormat = "denoise-checkpoint-1";
export const weightsFormat = "denoise-weights-1";

const formats = [checkpointFormat, weightsFormat];

type Metadata = Readonly<Record<string, string>>;

/** What a file says that a newer version wrote. */
export interface Newer {
  /** Such as `denoise-checkpoint-2`. */
  readonly format: string;
  /** The newest format of its kind that is read here. */
  readonly known: string;
  /** The version that wrote it, where it says so. */
  readonly denoise: string | undefined;
  /** This version. */
  readonly version: string;
}

/** The format of a file where it is one of ours with a number that is not known here; undefined where it is known. */
export function newerFormat(metadata: Metadata): Newer | undefined {
  const [, kind, number] = /^(denoise-(?:checkpoint|weights)-)(\d{1,9})$/.exec(own(metadata, "format") ?? "") ?? [];
  const known = formats.find((format) => kind !== undefined && format.startsWith(kind));
  if (known === undefined || Number(number) <= Number(known.slice(kind!.length))) return undefined;
  return { format: `${kind}${number}`, known, denoise: own(metadata, "denoise"), version };
}

/**
 * The version that wrote a file, where it is newer than this one. A damaged byte may look like one: of a file that has to
 * be whole its checksum decides.
 */
export function newerVersion(metadata: Metadata): string | undefined {
  const written = own(metadata, "denoise");
  return written !== undefined && isNewer(written, version) ? written : undefined;
}

/** Whether a version comes after another, by its three numbers. What is not a version does not. */
export function isNewer(written: string, than: string): boolean {
  const [a, b] = [written, than].map((text) => /^(\d{1,6})\.(\d{1,6})\.(\d{1,6})/.exec(text)?.slice(1).map(Number));
  if (a === undefined || b === undefined) return false;
  const first = a.findIndex((number, i) => number !== b[i]);
  return first >= 0 && a[first]! > b[first]!;
}

function own(metadata: Metadata, key: string): string | undefined {
  return Object.hasOwn(metadata, key) ? metadata[key] : undefined;
}
