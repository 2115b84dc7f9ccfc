/** The section of a report that asks whether a model repeats its training pictures. */
import { escapeXml as escape } from "../../../lib/image/mod.ts";
import { asTyped } from "../../terminal/shell.ts";
import { count } from "../../terminal/units.ts";

/** What `picture neighbours` has left in the run folder. */
export interface Neighbours {
  /** Training step of the checkpoint. */
  readonly step: number;
  /** What was measured, and what it means. */
  readonly text: string;
  /** The picture. */
  readonly png: Uint8Array;
}

/** HTML: the picture with its sentence; without one, how to get it. */
export function neighboursSection(found: Neighbours | undefined, folder: string): string {
  if (found === undefined) {
    const command = asTyped(`deno task picture neighbours ${folder}`);
    return `<p>Not looked at yet: <code>${escape(command)}</code> draws generated pictures ` +
      "beside the training pictures that are nearest to them, and the next report has it.</p>";
  }
  const alt = "Generated pictures beside their nearest training pictures";
  return `<p>${escape(found.text)}</p>\n<figure><figcaption>after step ${count(found.step)}</figcaption>` +
    `<img alt="${alt}" src="data:image/png;base64,${found.png.toBase64()}"></figure>`;
}
