/** A small assembler for WebAssembly: functions over one imported memory, written as TypeScript that emits instructions. */

/** Value types. */
export const type = { i32: 0x7f, f32: 0x7d, v128: 0x7b } as const;
export type ValueType = (typeof type)[keyof typeof type];

/** A local variable or parameter. */
export interface Local {
  readonly index: number;
  readonly type: ValueType;
}

/** Emits the body of one function. Expressions push, statements pop, in the order of the stack machine. */
export class Body {
  readonly bytes: number[] = [];
  readonly #locals: ValueType[] = [];
  #depth = 0;

  constructor(readonly params: readonly Local[]) {}

  local(of: ValueType): Local {
    this.#locals.push(of);
    return { index: this.params.length + this.#locals.length - 1, type: of };
  }
  get localTypes(): readonly ValueType[] {
    return this.#locals;
  }

  emit(...bytes: number[]): this {
    this.bytes.push(...bytes);
    return this;
  }
  get(local: Local): this {
    return this.emit(0x20, ...leb(local.index));
  }
  set(local: Local): this {
    return this.emit(0x21, ...leb(local.index));
  }
  i32(value: number): this {
    return this.emit(0x41, ...signedLeb(value));
  }
  f32(value: number): this {
    return this.emit(0x43, ...new Uint8Array(new Float32Array([value]).buffer));
  }
  /** Integer arithmetic on the two values on top of the stack. */
  add(): this {
    return this.emit(0x6a);
  }
  sub(): this {
    return this.emit(0x6b);
  }
  mul(): this {
    return this.emit(0x6c);
  }
  divide(): this {
    return this.emit(0x6e);
  }
  remainder(): this {
    return this.emit(0x70);
  }
  /** The smaller or larger of two locals, as signed integers. */
  smaller(a: Local, b: Local): this {
    return this.get(a).get(b).get(a).get(b).emit(0x48, 0x1b);
  }
  larger(a: Local, b: Local): this {
    return this.get(a).get(b).get(a).get(b).emit(0x4a, 0x1b);
  }
  /** Copies memory: target, source and number of bytes are on the stack. */
  copy(): this {
    return this.emit(0xfc, 0x0a, 0, 0);
  }
  /** Fills memory: target, byte and number of bytes are on the stack. */
  fill(): this {
    return this.emit(0xfc, 0x0b, 0);
  }
  simd(opcode: number, ...rest: number[]): this {
    return this.emit(0xfd, ...leb(opcode), ...rest);
  }

  /** `target += value` */
  increase(target: Local, value: number | Local): this {
    return this.get(target).push(value).add().set(target);
  }
  push(value: number | Local): this {
    return typeof value === "number" ? this.i32(value) : this.get(value);
  }
  /** A new integer, from what `value` pushes. */
  let(value: () => void): Local {
    const local = this.local(type.i32);
    value();
    this.set(local);
    return local;
  }
  /** A new integer: argument number `i` of a list in memory. */
  argument(list: Local, i: number): Local {
    return this.let(() => this.get(list).loadI32(4 * i));
  }
  /** Memory at the address on the stack, plus a constant offset. */
  load(offset = 0): this {
    return this.simd(0x00, 2, ...leb(offset));
  }
  loadSplat(offset = 0): this {
    return this.simd(0x09, 2, ...leb(offset));
  }
  loadI32(offset = 0): this {
    return this.emit(0x28, 2, ...leb(offset));
  }
  loadF32(offset = 0): this {
    return this.emit(0x2a, 2, ...leb(offset));
  }
  store(offset = 0): this {
    return this.simd(0x0b, 2, ...leb(offset));
  }
  storeF32(offset = 0): this {
    return this.emit(0x38, 2, ...leb(offset));
  }
  constant(value: number): this {
    return this.f32(value).simd(0x13);
  }

  /** Runs `body` `count` times, at least once; `count` is used up. */
  repeat(count: Local, body: () => void): this {
    this.emit(0x03, 0x40);
    body();
    return this.get(count).i32(1).sub().emit(0x22, ...leb(count.index)).emit(0x0d, 0).emit(0x0b);
  }
  /** Runs `body` for a counter from `start` below `limit`, signed, in steps. */
  each(start: number | Local, limit: Local, step: number | Local, body: (counter: Local) => void): this {
    const counter = this.let(() => this.push(start));
    this.emit(0x02, 0x40, 0x03, 0x40).get(counter).get(limit).emit(0x4e, 0x0d, 1);
    body(counter);
    return this.increase(counter, step).emit(0x0c, 0, 0x0b, 0x0b);
  }
  /** Runs one of two bodies by the integer on the stack. */
  either(yes: () => void, no?: () => void): this {
    this.emit(0x04, 0x40);
    yes();
    if (no !== undefined) this.emit(0x05), no();
    return this.emit(0x0b);
  }
}

/** SIMD opcodes that kernels use by name. */
export const op = {
  add: 0xe4,
  sub: 0xe5,
  mul: 0xe6,
  div: 0xe7,
  min: 0xe8,
  max: 0xe9,
  sqrt: 0xe3,
  nearest: 0x6a,
  truncate: 0xf8, // to integers, saturating
  addIntegers: 0xae,
  shiftLeft: 0xab,
  multiplyAdd: 0x105, // a * b + c, relaxed: rounded once where the processor can
  shuffle: 0x0d,
} as const;

/** A function of a module. */
export interface WasmFunction {
  readonly name: string;
  readonly params: readonly ValueType[];
  readonly body: (body: Body, ...params: Local[]) => void;
}

/** Sizes of a memory in pages of 64 KiB, and whether threads share it. */
export interface MemoryLimits {
  readonly minimum: number;
  readonly maximum?: number;
  readonly shared: boolean;
}

/** The binary of a module whose functions work on the memory imported as `env.memory`. */
export function assemble(functions: readonly WasmFunction[], limits: MemoryLimits): Uint8Array<ArrayBuffer> {
  const codes = functions.map(({ params, body }) => {
    const locals = params.map((type, index): Local => ({ index, type }));
    const code = new Body(locals);
    body(code, ...locals);
    const declared = code.localTypes.flatMap((type) => [1, type]);
    const bytes = [...leb(code.localTypes.length), ...declared, ...code.bytes, 0x0b];
    return [...leb(bytes.length), ...bytes];
  });
  const types = functions.map(({ params }) => [0x60, ...leb(params.length), ...params, 0]);
  const { minimum, maximum, shared } = limits;
  const flags = (maximum === undefined ? 0 : 1) | (shared ? 2 : 0);
  const pages = [...leb(minimum), ...(maximum === undefined ? [] : leb(maximum))];
  const memory = [...text("env"), ...text("memory"), 0x02, flags, ...pages];
  const exported = functions.map(({ name }, i) => [...text(name), 0x00, ...leb(i)]);
  return new Uint8Array([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, types),
    ...section(2, [memory]),
    ...section(3, functions.map((_, i) => leb(i))),
    ...section(7, exported),
    ...section(10, codes),
  ]);
}

function section(id: number, entries: readonly (readonly number[])[]): number[] {
  const bytes = [...leb(entries.length), ...entries.flat()];
  return [id, ...leb(bytes.length), ...bytes];
}

function text(value: string): number[] {
  return [...leb(value.length), ...new TextEncoder().encode(value)];
}

/** An unsigned integer, seven bits a byte, lowest first. */
function leb(value: number): number[] {
  const bytes: number[] = [];
  do {
    bytes.push((value & 0x7f) | (value > 0x7f ? 0x80 : 0));
    value >>>= 7;
  } while (value > 0);
  return bytes;
}

function signedLeb(value: number): number[] {
  const bytes: number[] = [];
  while (true) {
    const low = value & 0x7f;
    value >>= 7;
    if ((value === 0 && (low & 0x40) === 0) || (value === -1 && (low & 0x40) !== 0)) return [...bytes, low];
    bytes.push(low | 0x80);
  }
}
