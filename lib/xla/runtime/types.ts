/** The parts of a runtime, and which of them are on this machine. */

export type RuntimeName = "cpu" | "cuda13" | "cuda12" | "rocm7" | "tpu";

/** A Python wheel, pinned. */
export interface Wheel {
  readonly name: string;
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
  readonly url: string;
  readonly sha256: string;
  /** Path of the plugin in it. */
  readonly plugin: string;
}

/** A PJRT plugin and the libraries that it needs. */
export interface Runtime {
  readonly name: RuntimeName;
  /** What it is for, such as "NVIDIA GPUs, CUDA 13". */
  readonly what: string;
  /** Version of the plugin. */
  readonly version: string;
  /** `os-processor` that its wheels are built for. */
  readonly platform: string;
  readonly wheels: readonly Wheel[];
  /** Path of the plugin among what is unpacked. */
  readonly plugin: string;
  /** By `os-processor`; what is known of no other. */
  readonly archives: Readonly<Record<string, Archive>>;
  /** Whether it was tried with this code. */
  readonly tested: boolean;
}

/** A runtime that is installed. */
export interface Installed {
  readonly name: RuntimeName;
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
