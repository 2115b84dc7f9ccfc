/** What makes a runtime of TensorFlow: pinned by version and SHA-256. */
import { cuda12Libraries } from "../../xla/runtime/wheels.ts";
import type { Wheel } from "../../xla/runtime/types.ts";

/** Name of a runtime of TensorFlow in `runtime add`. */
export type TensorFlowName = "tensorflow" | "tensorflow-gpu";

/** A build of tfjs-node's addon on the library of TensorFlow's wheel. */
export interface TensorFlowRuntime {
  /** Its name in `runtime add`. */
  readonly name: TensorFlowName;
  /** What it is for. */
  readonly what: string;
  /** Version of TensorFlow. */
  readonly version: string;
  /** `os-processor` that its wheels are built for. */
  readonly platform: string;
  /** What pip fetches. */
  readonly wheels: readonly Wheel[];
  /** Whether it was tried with this code. */
  readonly tested: boolean;
}

/** An npm package, pinned. */
export interface Package {
  readonly name: string;
  readonly version: string;
  /** Which of its files are needed, by their paths in it. */
  readonly files: RegExp;
}

/** Backend and kernels in JavaScript, and the sources of the addon. */
export const tfjsNode: Package = {
  name: "@tensorflow/tfjs-node",
  version: "4.22.0",
  files: /^(dist\/(nodejs_kernel_backend|int64_tensors|register_all_kernels|kernels\/\w+)\.js|binding\/\w+\.(cc|h))$/,
};

/** Declarations of Node-API, which addons are written to. */
export const nodeApi: Package = {
  name: "node-api-headers",
  version: "1.9.0",
  files: /^include\/(js_native|node)_api(_types)?\.h$/,
};

/** SHA-256 of the list of both packages' files, each with its own: whichever way they come, they are these. */
export const sourcesSha256 = "3b1c74f72e39d87128bd0bfa01d6fa556c14461014e48a1bbab3a1afd6781d91";

const library = "tensorflow/libtensorflow";
/** The library, which needs nothing of Python, and what the addon includes. */
const files = new RegExp(
  `^${library}_(cc|framework)\\.so\\.2$|` +
    "^tensorflow/include/(tensorflow/c/|tensorflow/core/platform/ctstring|tsl/platform/ctstring|xla/tsl/c/)[^.]*\\.h$",
);
const version = "2.21.0";
const platform = "linux-x86_64";

/** All of them. The wheels are those of Python 3.12; any pip fetches them. */
export const runtimes: readonly TensorFlowRuntime[] = [
  {
    name: "tensorflow",
    what: "the processor, by TensorFlow's own kernels",
    version,
    platform,
    wheels: [{
      name: "tensorflow-cpu",
      version,
      size: 274000871,
      sha256: "dcc8afd32930e42d5296b6ee19078b773706830af4ea97fbe503b9f5e0f820cb",
      unpack: files,
    }],
    tested: true,
  },
  {
    name: "tensorflow-gpu",
    what: "NVIDIA GPUs with a driver for CUDA 12 (525 and newer), by TensorFlow's own kernels",
    version,
    platform,
    wheels: [{
      name: "tensorflow",
      version,
      size: 572611111,
      sha256: "b3b95643c4e70eb925839938fb35cbe142f317ec84af6844ee61513713bb13c0",
      unpack: files,
    }, ...cuda12Libraries],
    tested: false,
  },
];
