/** Which accelerators are really there: asked of their drivers and of the kernel, not guessed from what is installed. */
import { readdirSync, readFileSync } from "node:fs";
import { cpus } from "node:os";
import { cudaDevices, type CudaDriver } from "./cuda_driver.ts";
import { platform } from "./table.ts";

/** Devices of one vendor. */
export interface Accelerator {
  /** Who makes them. */
  readonly vendor: "nvidia" | "amd" | "google" | "apple";
  /** Names, such as "NVIDIA H100 80GB HBM3"; one a device. */
  readonly devices: readonly string[];
  /** Version of the driver, where it says one. */
  readonly driver: string | undefined;
  /** NVIDIA: the CUDA version that the driver speaks, such as 13.0. */
  readonly cuda?: number | undefined;
  /** How it was found. */
  readonly how: string;
}

/** What this machine can compute on. */
export interface Hardware {
  /** Model, such as "AMD EPYC 7B13", and logical cores. */
  readonly cpu: { readonly model: string; readonly cores: number };
  /** GPUs and TPUs, by vendor. */
  readonly accelerators: readonly Accelerator[];
}

/** Where the facts come from. */
export interface MachineFacts {
  /** `os-processor`, such as "linux-x86_64". */
  readonly platform: string;
  /** Content of a file; undefined where it cannot be read. */
  read(path: string): string | undefined;
  /** Names in a folder; none where it cannot be read. */
  list(path: string): string[];
  /** What the NVIDIA driver says; undefined where there is none. */
  cuda(): CudaDriver | undefined;
}

const machine: MachineFacts = {
  platform: platform(),
  read(path) {
    try {
      return readFileSync(path, "utf8");
    } catch {
      return undefined;
    }
  },
  list(path) {
    try {
      return readdirSync(path);
    } catch {
      return [];
    }
  },
  cuda: cudaDevices,
};

/** Looks at this machine. */
export function detect(from: MachineFacts = machine): Hardware {
  const processors = cpus();
  const cpu = { model: processors[0]?.model.trim() || "unknown", cores: processors.length };
  const found = [nvidia(from), amd(from), tpu(from), apple(from, cpu.model)];
  return { cpu, accelerators: found.filter((one) => one !== undefined) };
}

/** The driver's own library counts the devices: it also knows what CUDA_VISIBLE_DEVICES hides. */
function nvidia(from: MachineFacts): Accelerator | undefined {
  const found = from.cuda();
  if (found === undefined || found.devices.length === 0) return undefined;
  const driver = found.driver ??
    /Kernel Module(?: for \S+)?\s+(\d+[\d.]*)/.exec(from.read("/proc/driver/nvidia/version") ?? "")?.[1];
  return { vendor: "nvidia", devices: found.devices, driver, cuda: found.version, how: "libcuda" };
}

/** The kernel lists what can compute: processors among them, which have no SIMD units. */
function amd(from: MachineFacts): Accelerator | undefined {
  const nodes = "/sys/class/kfd/kfd/topology/nodes";
  const devices = from.list(nodes).flatMap((node) => {
    const simds = Number(/^simd_count (\d+)/m.exec(from.read(`${nodes}/${node}/properties`) ?? "")?.[1] ?? 0);
    return simds === 0 ? [] : [`AMD ${(from.read(`${nodes}/${node}/name`) ?? "GPU").trim()}`];
  });
  if (devices.length === 0) return undefined;
  return { vendor: "amd", devices, driver: from.read("/sys/module/amdgpu/version")?.trim(), how: nodes };
}

/** PCI devices of Google whose driver offers them to programs. */
function tpu(from: MachineFacts): Accelerator | undefined {
  const bus = "/sys/bus/pci/devices";
  const ours = from.list(bus).filter((device) => from.read(`${bus}/${device}/vendor`)?.trim() === "0x1ae0");
  const usable = from.list("/dev").some((name) => /^accel\d+$/.test(name)) || from.list("/dev/vfio").length > 1;
  const chips = ours.filter((device) => /^0x12/.test(from.read(`${bus}/${device}/class`) ?? "")); // accelerators
  if (!usable || chips.length === 0) return undefined;
  return { vendor: "google", devices: chips.map(() => "Google TPU"), driver: undefined, how: bus };
}

/** Each processor of Apple's has a GPU, of the same name. */
function apple({ platform }: MachineFacts, processor: string): Accelerator | undefined {
  if (platform !== "darwin-aarch64") return undefined;
  return { vendor: "apple", devices: [`${processor} GPU`], driver: undefined, how: "its processor" };
}
