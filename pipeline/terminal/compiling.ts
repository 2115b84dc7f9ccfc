/** Says what is being compiled where that takes time. */
import type { Console } from "./console.ts";
import { row } from "./rows.ts";
import { duration } from "./units.ts";

const interval = 500; // milliseconds between two states of the line of progress

/**
 * What is called as a program begins to compile, with its name, and returns what is called as that ends. From a second on
 * a line says so and stays, and below it one of progress says for how long: how long it will take, nobody knows.
 *
 * @param short milliseconds that are not worth a word
 */
export function compilingOn(console: Console, short = 1000): (name: string) => () => void {
  return (name) => {
    const begun = performance.now();
    let repeated: ReturnType<typeof setInterval> | undefined;
    const show = () => {
      const passed = duration((performance.now() - begun) / 1000);
      console.progress({ label: `compiling ${name}`, done: 0, total: undefined, details: [passed] });
    };
    const late = setTimeout(() => {
      row(console, "compiling", name);
      show();
      repeated = setInterval(show, interval);
    }, short);
    return () => {
      clearTimeout(late);
      if (repeated === undefined) return;
      clearInterval(repeated);
      console.endProgress();
    };
  };
}
