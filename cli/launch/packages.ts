/** The npm packages of this program: whether they are there, and fetching them with a word about it. */
import { spawn } from "node:child_process";
import { readdir, readFile, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Milliseconds without a new package after which the network is in doubt. */
const patience = 8000;

/** Where Deno keeps packages, and how it is started: others in tests. */
export interface Surroundings {
  /** Deno's own folder. */
  readonly folder: string;
  /** Starts a program that says on standard error what it downloads. */
  readonly start: () => ReturnType<typeof spawn>;
  readonly say: (text: string) => void;
  readonly patience: number;
}

/** Fetches the packages that are missing. @returns whether they are there */
export async function fetchPackages(given: Partial<Surroundings> = {}): Promise<boolean> {
  const { folder = denoFolder(), say = print, start = fetching, patience: most = patience } = given;
  const { wanted, all } = await packages();
  if (await areThere(wanted, join(folder, "npm"))) return true;
  say(`packages     fetching ${all} npm packages into ${folder}, once`);
  const help = [
    "             without a network: run the same command once on a machine that has one, and copy that folder,",
    "             or use an image in which all is there (Dockerfile)",
  ];
  const child = start();
  let done = 0;
  const errors: string[] = [];
  const doubt = () => {
    say(
      `packages     none has come for ${
        Math.round(most / 1000)
      } s: is there a network? Deno keeps trying; Ctrl-C stops`,
    );
    help.splice(0).forEach((line) => say(line));
  };
  let timer = setTimeout(doubt, most);
  for await (const line of createInterface({ input: child.stderr! })) {
    // deno-lint-ignore no-control-regex -- Deno colours what it says
    const text = line.replace(/\x1b\[[\d;]*m/g, "").trim();
    if (text.startsWith("Download")) {
      clearTimeout(timer);
      timer = setTimeout(doubt, most);
      if (++done % 50 === 0) say(`packages     ${done} of ${all}`);
    } else if (text !== "") errors.push(text);
  }
  clearTimeout(timer);
  const code = await new Promise<number>((resolve) => {
    if (child.exitCode !== null) resolve(child.exitCode);
    else child.on("close", (code) => resolve(code ?? 1));
  });
  if (code === 0) return true;
  say(`Cannot fetch the npm packages of Denoise: ${errors[0] ?? `Deno ended with ${code}`}`);
  for (const line of errors.slice(1, 3)) say(`             ${line}`);
  help.forEach((line) => say(line));
  return false;
}

function fetching(): ReturnType<typeof spawn> {
  const args = ["cache", "--config", join(root, "deno.json"), join(root, "cli.ts")];
  return spawn(Deno.execPath(), args, { stdio: ["ignore", "ignore", "pipe"] });
}

/** What deno.lock lists: the packages that are named here, `name/version` each, and how many there are with theirs. */
async function packages(): Promise<{ wanted: readonly string[]; all: number }> {
  const { specifiers, npm }: {
    specifiers: Record<string, string>;
    npm: Record<string, { os?: unknown; cpu?: unknown }>;
  } = JSON.parse(await readFile(join(root, "deno.lock"), "utf8"));
  const wanted = Object.entries(specifiers).flatMap(([specifier, version]) => {
    const name = /^npm:(@?[^@]+)@/.exec(specifier)?.[1];
    return name === undefined ? [] : [join(name, version.split("_")[0]!)];
  });
  return { wanted, all: Object.values(npm).filter(({ os, cpu }) => os === undefined && cpu === undefined).length };
}

/** Whether all are in a folder of packages, whichever registry they came from. */
async function areThere(wanted: readonly string[], folder: string): Promise<boolean> {
  const isThere = (path: string) => stat(path).then(() => true, () => false);
  if (await isThere(join(root, "node_modules"))) return true;
  const registries = await readdir(folder).catch(() => []);
  const found = wanted.map(async (name) =>
    (await Promise.all(registries.map((registry) => isThere(join(folder, registry, name))))).includes(true)
  );
  return !(await Promise.all(found)).includes(false);
}

/** As in permissions.ts, which needs packages. */
function denoFolder(): string {
  const { DENO_DIR, XDG_CACHE_HOME, LOCALAPPDATA } = Deno.env.toObject();
  if (DENO_DIR) return DENO_DIR;
  if (Deno.build.os === "windows") return join(LOCALAPPDATA ?? join(homedir(), "AppData", "Local"), "deno");
  if (Deno.build.os === "darwin") return join(homedir(), "Library", "Caches", "deno");
  return join(XDG_CACHE_HOME || join(homedir(), ".cache"), "deno");
}

function print(text: string): void {
  console.error(text);
}
