/** The text of a program: a module with one function, in MLIR's generic form. Equal operations are written once. */
import { type Type, typeText } from "./type.ts";
import type { Op, Region, Value } from "./value.ts";

/** The parts of a program besides its values. */
export interface ProgramOptions {
  /** Inputs in this order; other values from outside follow. */
  readonly parameters?: readonly Value[];
  /** For a parameter, the output that takes over its memory. */
  readonly aliases?: ReadonlyMap<number, number>;
  /** For a parameter, how it is spread over devices, in XLA's words, such as `{replicated}`. */
  readonly shardings?: readonly string[];
  /** How outputs are spread over devices; all of them replicated unless given. */
  readonly outputShardings?: readonly string[];
  /** Devices that the program is split over. */
  readonly partitions?: number;
}

/** A program's text, and the values that it wants as inputs, in order. */
export interface Program {
  readonly text: string;
  readonly inputs: readonly Value[];
}

/** Writes the program that computes `outputs`. */
export function program(outputs: readonly Value[], options: ProgramOptions = {}): Program {
  const inputs: Value[] = [];
  const names = new Map<Op, string[]>();
  const nameInput = (value: Value): string => {
    const known = names.get(value.op)?.[value.index];
    return known ?? named(names, value, `%arg${inputs.push(value) - 1}`);
  };
  for (const parameter of options.parameters ?? []) nameInput(parameter);
  const body = new Block("%", names, nameInput);
  const results = outputs.map((value) => body.nameOf(value));
  const { partitions = 1, aliases, shardings, outputShardings } = options;
  const given = inputs.map((value, i) => {
    const notes = [];
    const alias = aliases?.get(i);
    if (partitions > 1) notes.push(`mhlo.sharding = "${shardings?.[i] ?? "{replicated}"}"`);
    if (alias !== undefined) notes.push(`tf.aliasing_output = ${alias} : i32`);
    return `%arg${i}: ${typeText(value.type)}${notes.length === 0 ? "" : ` {${notes.join(", ")}}`}`;
  });
  const returned = outputs.map((value, i) =>
    typeText(value.type) + (partitions > 1 ? ` {mhlo.sharding = "${outputShardings?.[i] ?? "{replicated}"}"}` : "")
  );
  const head = partitions > 1
    ? `module @program attributes {mhlo.num_partitions = ${partitions} : i32, mhlo.num_replicas = 1 : i32} {`
    : "module @program {";
  const types = outputs.map(({ type }) => typeText(type)).join(", ");
  const text = [
    head,
    `func.func public @main(${given.join(", ")}) -> (${returned.join(", ")}) {`,
    ...body.lines,
    results.length === 0 ? "return" : `return ${results.join(", ")} : ${types}`,
    "}",
    "}",
    "",
  ].join("\n");
  return { text, inputs };
}

const signature = (operands: readonly Type[], results: readonly Type[]) => {
  const to = results.length === 1 ? typeText(results[0]!) : `(${results.map(typeText).join(", ")})`;
  return `(${operands.map(typeText).join(", ")}) -> ${to}`;
};

/** Notes the name of a value. */
function named(names: Map<Op, string[]>, { op, index }: Value, name: string): string {
  const list = names.get(op) ?? [];
  list[index] = name;
  names.set(op, list);
  return name;
}

/** A body being written. Operations are named in the order in which they are first needed. */
class Block {
  readonly lines: string[] = [];
  /** Names of operations by what they are, so that equal ones are written once. */
  readonly #known = new Map<string, string[]>();
  #count = 0;

  constructor(
    readonly prefix: string,
    readonly names: Map<Op, string[]>,
    readonly nameInput: (value: Value) => string,
  ) {}

  /** The name of a value; what it needs is written first. Not recursive: graphs are deep. */
  nameOf(value: Value): string {
    const stack: Op[] = [value.op];
    while (stack.length > 0) {
      const op = stack.at(-1)!;
      if (op.held !== undefined || this.names.has(op)) {
        stack.pop();
        continue;
      }
      let ready = true;
      for (let i = op.operands.length - 1; i >= 0; i--) {
        const needed = op.operands[i]!.op;
        if (needed.held !== undefined || this.names.has(needed)) continue;
        stack.push(needed);
        ready = false;
      }
      if (!ready) continue;
      stack.pop();
      this.names.set(op, this.#write(op));
    }
    return this.#reference(value);
  }

  #reference(value: Value): string {
    return this.names.get(value.op)?.[value.index] ?? this.nameInput(value);
  }

  #write(op: Op): string[] {
    if (op.name === "argument") {
      throw new Error("Cannot use the argument of a body outside of it: carry what is needed outside as a result");
    }
    const operands = op.operands.map((value) => this.#reference(value)).join(", ");
    const regions = op.regions.map((region) => this.#region(region, op.name)).join(", ");
    const attributes = op.name === "stablehlo.constant"
      ? `value = dense<${op.attributes}> : ${typeText(op.results[0]!)}`
      : op.attributes;
    const what = `"${op.name}"(${operands})${regions === "" ? "" : ` (${regions})`}` +
      `${attributes === "" ? "" : ` {${attributes}}`} : ${signature(op.operands.map(({ type }) => type), op.results)}`;
    const known = this.#known.get(what);
    if (known !== undefined) return known;
    const name = `${this.prefix}${this.#count++}`;
    const several = op.results.length > 1;
    this.lines.push(`${name}${several ? `:${op.results.length}` : ""} = ${what}`);
    const names = several ? op.results.map((_, i) => `${name}#${i}`) : [name];
    this.#known.set(what, names);
    return names;
  }

  /** A body inside an operation. It is closed: all that it uses is its arguments, or made in it of constants. */
  #region({ args, results }: Region, owner: string): string {
    const prefix = this.prefix === "%" ? "%a" : `%${String.fromCharCode(this.prefix.charCodeAt(1) + 2)}`;
    const letter = prefix.slice(1);
    const argument = `%${String.fromCharCode(letter.charCodeAt(0) + 1)}`;
    const names = new Map<Op, string[]>();
    args.forEach((arg, i) => named(names, arg, `${argument}${i}`));
    const block = new Block(prefix, names, ({ op }) => {
      throw new Error(
        `Cannot use a value from outside in the body of ${owner} (${op.origin}): hand it in as an operand`,
      );
    });
    const returned = results.map((value) => block.nameOf(value));
    const head = args.map(({ type }, i) => `${argument}${i}: ${typeText(type)}`).join(", ");
    const types = results.map(({ type }) => typeText(type)).join(", ");
    return `{\n^bb0(${head}):\n${block.lines.map((line) => `${line}\n`).join("")}` +
      `"stablehlo.return"(${returned.join(", ")}) : (${types}) -> ()\n}`;
  }
}
