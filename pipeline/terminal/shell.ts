/** Commands for a shell. */

/** A command with words after it, such as `deno task run recipe.yaml 'train.checkpoint=1 steps'`. */
export function commandLine(command: string, ...words: readonly (string | readonly string[])[]): string {
  return [command, ...words.flat().map(shellWord)].join(" ");
}

/** A word for a shell, in quotes where it would take it apart. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** Whether a word of a command line changes a recipe, such as `network.block_depth=3`; a path with "=" in it does not. */
export function isOverride(word: string): boolean {
  return /^[^\s=/\\]+=/.test(word);
}

/** Name of the environment variable with what to type in place of `deno task`, where that alone finds no task. */
const taskVariable = "DENOISE_TASK";

/** A text with the commands in it as they have to be typed where this process was started: `deno task --config … run`. */
export function asTyped(text: string, task: string | undefined = environment(taskVariable)): string {
  return task === undefined ? text : text.replaceAll(/\bdeno task (?=[a-z])/g, () => `${task} `);
}

/** What is to be typed in place of `deno task`; undefined where nobody has noted it. */
export const noted = (): string | undefined => environment(taskVariable);

/** Notes what is to be typed in place of `deno task`, for this process. */
export const note = (task: string): void => Deno.env.set(taskVariable, task);

function environment(name: string): string | undefined {
  try {
    return Deno.env.get(name) || undefined;
  } catch {
    return undefined; // a library may run without that permission
  }
}

/** A command of Deno with its words, up to the end of the text or to what several blanks set apart. */
const commands = /\bdeno (?:task|test|run)(?: (?:\\.|'[^']*'|[^\s'\\])+)+/g;
const held = "\0"; // stands for a blank that no line ends at; no text that is shown has one

/**
 * Wraps a text so that each command in it stays on one line, however long: a shell would run what was copied from two
 * lines as two commands. The terminal wraps it, and knows that it is one line.
 *
 * @param wrap breaks a text into lines at blanks
 */
export function wrapAroundCommands(text: string, wrap: (text: string) => string[]): string[] {
  return wrap(text.replaceAll(commands, (command) => command.replaceAll(" ", held)))
    .map((line) => line.replaceAll(held, " "));
}
