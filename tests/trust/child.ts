/**
 * Runs command lines one after the other with every permission, and prints as JSON how each ended, what it said (on one line) and whether a file
 * was there after it. Arguments: the file, and the command lines as JSON.
 */
import { main } from "../../cli/main.ts";

const [marker, commands] = Deno.args as [string, string];
const { writeSync } = Deno.stdout;
let said = "";
for (const stream of [Deno.stdout, Deno.stderr]) {
  stream.writeSync = (bytes) => (said += new TextDecoder().decode(bytes), bytes.length);
}
const ends: { code: number; said: string; marked: boolean }[] = [];
for (const args of JSON.parse(commands) as string[][]) {
  said = "";
  const code = await main(args);
  const marked = await Deno.remove(marker).then(() => true, () => false);
  ends.push({ code, said: said.replaceAll(/\s+/g, " "), marked });
}
writeSync.call(Deno.stdout, new TextEncoder().encode(`\n${JSON.stringify(ends)}\n`));
Deno.exit(0);
