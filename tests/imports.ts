/** What the files of this repository import, for the rule of layers and for the picture of them. */
import { posix } from "node:path";

/** One import of a module. */
export interface Import {
  readonly specifier: string;
  readonly typeOnly: boolean;
}

const own: Readonly<Record<string, string>> = {
  "denoise": "mod.ts",
  "denoise/plugin": "plugin.ts",
  "denoise/testing": "testing.ts",
};

/** Imports of a module; those in comments and in texts are left out. */
export function importsOf(text: string): Import[] {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "").replaceAll(/`(?:\\.|[^`\\])*`/g, "``");
  const statics = code.matchAll(/^(?:import|export)\s(type\s)?[^;"]*?(?:from\s)?"([^"\n]+)";$/gm);
  const dynamics = code.matchAll(/\bimport\("([^"\n]+)"\)/g);
  return [
    ...[...statics].map(([, type, specifier]) => ({ specifier: specifier!, typeOnly: type !== undefined })),
    ...[...dynamics].map(([, specifier]) => ({ specifier: specifier!, typeOnly: false })),
  ];
}

/** The file of this repository that an import in `file` means; undefined for a library. */
export function targetOf(file: string, { specifier }: Pick<Import, "specifier">): string | undefined {
  return own[specifier] ?? (/^\.\.?\//.test(specifier) ? posix.join(posix.dirname(file), specifier) : undefined);
}
