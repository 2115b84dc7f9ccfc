/** What the tests of datasets share. */
import type { AnyPlugin, Dataset, OpenTools } from "denoise/plugin";

/** Tools that write into `folder` and collect what the dataset reports. */
export function tools(folder: string, changes: Partial<OpenTools> = {}) {
  const warnings: string[] = [];
  const progress: [what: string, done: number, total: number, unit: string][] = [];
  const given: OpenTools = {
    folder,
    download: true,
    signal: new AbortController().signal,
    progress: (...report) => void progress.push(report),
    warn: (message) => void warnings.push(message),
    ...changes,
  };
  return { ...given, warnings, reports: progress };
}

/** A plugin's stage with these options, defaults filled in. */
export async function dataset(plugin: AnyPlugin<"dataset">, options: Record<string, unknown>): Promise<Dataset> {
  return await plugin.create({ options: { ...plugin.options.parse(options), batch_size: 4, repeats: 1 } });
}
