/** Pictures in rows and columns, with what they are written beside and above them. */
import type { Picture } from "./picture.ts";
import { enlarged } from "./resize.ts";
import { escapeXml, fontFamily, renderSvg, strongFontFamily } from "./svg.ts";

/** A figure. */
export interface Figure {
  /** Pictures of one size, row by row; a row may be shorter than others. */
  readonly rows: readonly (readonly Picture[])[];
  /** Title above the figure. */
  readonly title?: string;
  /** Below the title, lines by line breaks. */
  readonly subtitle?: string;
  /** Below the figure, lines by line breaks. */
  readonly note?: string;
  /** Under each picture, as `rows`; a long one is written smaller. */
  readonly captions?: readonly (readonly string[])[];
  /** Left of each row; lines by line breaks. */
  readonly rowLabels?: readonly string[];
  /** Above each column. */
  readonly columnLabels?: readonly string[];
  /** What the columns are, above their labels. */
  readonly columnsTitle?: string;
  /** Pixels between pictures. Default 4. */
  readonly gap?: number;
  /** Each pixel is repeated this often. Default: what makes pictures at least 72 pixels wide. */
  readonly scale?: number;
  /** Enlarges by bicubic interpolation instead. */
  readonly smooth?: boolean;
}

const margin = 12; // pixels around the figure
const letters = 13; // pixels, height of labels
const titleLetters = 16;
const captionLetters = 11;
/** Pixels a side: what librsvg draws. */
const mostPixels = 32_767;
const text = "#1f2430";
const grey = "#6a6a78";

/**
 * Lays out a figure on white. The same labels take the same room, so that figures fit into one animation.
 *
 * @throws {RangeError} for no picture, pictures of several sizes, or more than 32,767 pixels a side
 */
export async function drawFigure(figure: Figure): Promise<Picture> {
  const { rows, title, subtitle, note, rowLabels, columnLabels, columnsTitle, captions, gap = 4, smooth } = figure;
  const first = rows[0]?.[0];
  if (first === undefined) throw new RangeError("Cannot draw a figure of no pictures");
  const scale = figure.scale ?? Math.max(1, Math.ceil(72 / first.width));
  const [cellWidth, cellHeight] = [first.width * scale, first.height * scale];
  const pitch = cellHeight + gap + (captions === undefined ? 0 : captionLetters + 7);
  const columns = Math.max(...rows.map((row) => row.length));

  const left = margin + (rowLabels === undefined ? 0 : Math.max(...rowLabels.flatMap(linesOf).map(widthOf)) + 12);
  let top = margin;
  const texts: string[] = [];
  const write = (x: number, y: number, content: string, style: string) =>
    texts.push(`<text x="${x}" y="${y}" ${style}>${escapeXml(content)}</text>`);
  if (title !== undefined) {
    write(margin, top + titleLetters, title, `font-family="${strongFontFamily}" font-size="${titleLetters}"`);
    top += titleLetters + (subtitle === undefined ? 14 : 8);
  }
  const paragraph = (lines: readonly string[]) => {
    for (const line of lines) {
      write(margin, top + letters, line, `fill="${grey}"`);
      top += lineHeight;
    }
  };
  if (subtitle !== undefined) {
    paragraph(linesOf(subtitle));
    top += 12;
  }
  const contentWidth = columns * (cellWidth + gap) - gap;
  if (columnsTitle !== undefined) {
    write(left + contentWidth / 2, top + letters - 2, columnsTitle, `text-anchor="middle" fill="${grey}"`);
    top += letters + 6;
  }
  if (columnLabels !== undefined) {
    for (const [i, label] of columnLabels.entries()) {
      write(left + i * (cellWidth + gap) + cellWidth / 2, top + letters - 2, label, `text-anchor="middle"`);
    }
    top += letters + 6;
  }
  for (const [i, label] of (rowLabels ?? []).entries()) {
    const lines = linesOf(label);
    const middle = top + i * pitch + cellHeight / 2 + letters * 0.36;
    for (const [j, line] of lines.entries()) {
      const y = middle + (j - (lines.length - 1) / 2) * letters * 1.3;
      write(left - 10, y, line, `text-anchor="end"${j > 0 ? ` fill="${grey}"` : ""}`);
    }
  }

  for (const [i, row] of (captions ?? []).entries()) {
    for (const [j, caption] of row.entries()) {
      const size = Math.min(captionLetters, cellWidth / widthOf(caption) * letters);
      const x = left + j * (cellWidth + gap) + cellWidth / 2;
      const y = top + i * pitch + cellHeight + captionLetters + 2;
      write(x, y, caption, `text-anchor="middle" font-size="${size.toFixed(1)}" fill="${grey}"`);
    }
  }

  const body = top;
  top += rows.length * pitch - gap;
  if (note !== undefined) {
    top += 12;
    paragraph(linesOf(note));
  }
  const titleWidth = title === undefined ? 0 : title.length * titleLetters * 0.6;
  const textWidth = Math.max(titleWidth, ...[subtitle, note].flatMap((text) => linesOf(text ?? "")).map(widthOf));
  const width = Math.ceil(Math.max(left + contentWidth, margin + textWidth)) + margin;
  const height = Math.ceil(top + margin);
  if (width > mostPixels || height > mostPixels) {
    throw new RangeError(`Cannot draw a figure of ${width}×${height} pixels: a side has at most ${mostPixels}`);
  }
  const page = await renderSvg(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="${fontFamily}" ` +
      `font-size="${letters}" fill="${text}">${texts.join("")}</svg>`,
  );
  for (const [i, row] of rows.entries()) {
    for (const [j, picture] of row.entries()) {
      if (picture.width !== first.width || picture.height !== first.height) {
        throw new RangeError(
          `Cannot draw pictures of ${first.width}×${first.height} and ${picture.width}×${picture.height} in one figure`,
        );
      }
      paste(page, enlarged(picture, scale, smooth), left + j * (cellWidth + gap), body + i * pitch);
    }
  }
  return page;
}

/** Lays a picture over a part of another one, which changes. */
function paste(onto: Picture, picture: Picture, left: number, top: number): void {
  const [x, y] = [Math.round(left), Math.round(top)];
  for (let row = 0; row < picture.height; row++) {
    const line = picture.data.subarray(row * picture.width * 3, (row + 1) * picture.width * 3);
    onto.data.set(line, ((y + row) * onto.width + x) * 3);
  }
}

const lineHeight = letters * 1.4;
const linesOf = (label: string) => label.split("\n");
const widthOf = (line: string) => Math.ceil(line.length * letters * 0.58);
