/** Commands for a shell. */

/** A command with words after it, such as `deno task run recipe.yaml 'train.checkpoint=1 steps'`. */
export function commandLine(command: string, ...words: readonly (string | readonly string[])[]): string {
  return [command, ...words.flat().map(shellWord)].join(" ");
}

/** A word for a shell, in quotes where it would take it apart. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
