/** The parts of a runtime, and which of them are on this machine. */

/** Name of a runtime. */
export type RuntimeName = "cpu" | "cuda13" | "cuda12" | "rocm7" | "tpu" | "metal" | "cuda13-compiler";

/** A Python wheel, pinned. */
export interface Wheel {
  /** Name of the package. */
  readonly name: string;
  /** Its version. */
  readonly version: string;
  /** 64 hexadecimal digits. */
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
  /** Which of its files are unpacked, by their paths in the wheel. */
  readonly unpack: RegExp;
}

/** An archive (.tar.gz) of a release, for where there is no pip. */
export interface Archive {
  /** Address. */
  readonly url: string;
  /** 64 hexadecimal digits. */
  readonly sha256: string;
  /** Path of the plugin in it. */
  readonly plugin: string;
}

/** A PJRT plugin and the libraries that it needs. */
export interface Runtime {
  /** Its name in `runtime add`. */
  readonly name: RuntimeName;
  /** What it is for, such as "NVIDIA GPUs, CUDA 13". */
  readonly what: string;
  /** Version of the plugin. */
  readonly version: string;
  /** `os-processor` that its wheels are built for. */
  readonly platform: string;
  /** What pip fetches. */
  readonly wheels: readonly Wheel[];
  /** Path of the plugin among what is unpacked. */
  readonly plugin: string;
  /** By `os-processor`; what is known of no other. */
  readonly archives: Readonly<Record<string, Archive>>;
  /** Whether it was tried with this code. */
  readonly tested: boolean;
  /** Whether it only compiles, for devices that need not be there: nothing is run on it. */
  readonly compiles?: true;
}

/** A runtime that is installed. */
export interface Installed {
  /** Which runtime it is. */
  readonly name: string;
  /** Version of the plugin. */
  readonly version: string;
  /** Where it was taken from: "pip" or the address of an archive. */
  readonly source: string;
  /** Folder that holds it alone. */
  readonly folder: string;
  /** Path of the plugin. */
  readonly plugin: string;
  /** Bytes on disk. */
  readonly size: number;
}

/** Called during something long: bytes done of bytes in total, or of 0 where that is not known. */
export type ReportBytes = (what: string, done: number, total: number) => void;
