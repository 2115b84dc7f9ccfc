/** Runs the command lines of a file one after the other, and writes what each ended with. */
import { main } from "../../cli/main.ts";

const slowest = 60_000; // milliseconds

const [from, to, folder] = Deno.args as [string, string, string];
const lines: string[][] = JSON.parse(await Deno.readTextFile(from));
using file = await Deno.open(to, { write: true, append: true });
const said = { out: "", error: "" };
const keep = (where: keyof typeof said) => (bytes: Uint8Array) => {
  said[where] += new TextDecoder().decode(bytes);
  return bytes.length;
};
Object.defineProperty(Deno.stdout, "writeSync", { value: keep("out") });
Object.defineProperty(Deno.stderr, "writeSync", { value: keep("error") });
const { default: process } = await import("node:process");
for (const [stream, where] of [[process.stdout, "out"], [process.stderr, "error"]] as const) {
  stream.write = ((text: string | Uint8Array) => {
    said[where] += typeof text === "string" ? text : new TextDecoder().decode(text);
    return true;
  }) as typeof stream.write;
}
console.log = (...texts: unknown[]) => void (said.out += `${texts.join(" ")}\n`);
console.error = console.warn = (...texts: unknown[]) => void (said.error += `${texts.join(" ")}\n`);

for (const line of lines) {
  Deno.chdir(folder);
  said.out = said.error = "";
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((resolve) => timer = setTimeout(() => resolve(undefined), slowest));
  const code = await Promise.race([main(line), late]);
  clearTimeout(timer);
  await file.write(new TextEncoder().encode(`${JSON.stringify({ code, out: said.out, error: said.error })}\n`));
  if (code === undefined) break;
}
Deno.exit(0);
