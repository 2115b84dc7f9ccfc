/** `CompileOptionsProto` of XLA, the few fields that are used here, in the wire format of protocol buffers. */

/** How a program is compiled. */
export interface CompileOptions {
  /** Devices that one program is split over by XLA's SPMD partitioner; 1 unless given. */
  readonly partitions?: number | undefined;
  /** Flags of XLA for this program, without "--", such as `xla_cpu_experimental_onednn_custom_call: true`. */
  readonly flags?: Readonly<Record<string, string | number | boolean>> | undefined;
}

// Field numbers: xla/pjrt/proto/compile_options.proto and xla/xla_data.proto.
const executableBuildOptions = 3, environmentOptionOverrides = 7;
const numReplicas = 4, numPartitions = 5, useSpmdPartitioning = 6, deviceAssignment = 9;

/** Bytes of the message. */
export function compileOptions({ partitions = 1, flags = {} }: CompileOptions = {}): Uint8Array {
  const build = [...integer(numReplicas, 1), ...integer(numPartitions, partitions)];
  if (partitions > 1) {
    const places = Array.from({ length: partitions }, (_, device) => message(3, message(1, varint(device))));
    build.push(...integer(useSpmdPartitioning, 1));
    build.push(...message(deviceAssignment, [...integer(1, 1), ...integer(2, partitions), ...places.flat()]));
  }
  const overrides = Object.entries(flags).flatMap(([name, value]) =>
    message(environmentOptionOverrides, [...text(1, name), ...message(2, override(value))])
  );
  return Uint8Array.from([...message(executableBuildOptions, build), ...overrides]);
}

/** `OptionOverrideProto`: one of string, bool, integer, double. */
function override(value: string | number | boolean): number[] {
  if (typeof value === "string") return text(1, value);
  if (typeof value === "boolean") return integer(2, Number(value));
  if (Number.isInteger(value)) return integer(3, value);
  return [4 << 3 | 1, ...new Uint8Array(Float64Array.of(value).buffer)];
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = BigInt.asUintN(64, BigInt(value));;) {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    if (rest === 0n) return [...bytes, low];
    bytes.push(low | 0x80);
  }
}

const integer = (field: number, value: number) => [...varint(field << 3), ...varint(value)];
const message = (field: number, bytes: readonly number[]) => [
  ...varint(field << 3 | 2),
  ...varint(bytes.length),
  ...bytes,
];
const text = (field: number, value: string) => message(field, [...new TextEncoder().encode(value)]);
