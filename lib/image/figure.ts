/** Pictures in rows and columns, with what they are written beside and above them. */
import { crop, type Picture } from "./picture.ts";
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
  /** Below the figure: paragraphs by line breaks, broken into lines as wide as the figure. */
  readonly note?: string;
  /** Under each picture, as `rows`; a long one is written smaller. */
  readonly captions?: readonly (readonly string[])[];
  /** Left of each row; lines by line breaks. */
  readonly rowLabels?: readonly string[];
  /** Above each column. */
  readonly columnLabels?: readonly string[];
  /** Columns that belong together, from the left on, with a label above each group and room between them. */
  readonly columnGroups?: readonly { readonly label: string; readonly columns: number }[];
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
const lineHeight = letters * 1.4;
const usualGap = 4; // pixels between pictures
const usualScale = (width: number) => Math.max(1, Math.ceil(72 / width));
const groupGap = 14; // more pixels between groups of columns
const leastNote = 460; // pixels: a note does not become narrower
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
  const first = figure.rows[0]?.[0];
  if (first === undefined) throw new RangeError("Cannot draw a figure of no pictures");
  for (const { width, height } of figure.rows.flat()) {
    if (width === first.width && height === first.height) continue;
    throw new RangeError(
      `Cannot draw pictures of ${first.width}×${first.height} and ${width}×${height} in one figure`,
    );
  }
  const scale = figure.scale ?? usualScale(first.width);
  const layout = layOutFigure(figure, { width: first.width * scale, height: first.height * scale });
  const { width, height, texts } = layout;
  if (width > mostPixels || height > mostPixels) {
    throw new RangeError(`Cannot draw a figure of ${width}×${height} pixels: a side has at most ${mostPixels}`);
  }
  const page = await renderSvg(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="${fontFamily}" ` +
      `font-size="${letters}" fill="${text}">${texts.join("")}</svg>`,
  );
  for (const [i, row] of figure.rows.entries()) {
    for (const [j, picture] of row.entries()) {
      paste(page, enlarged(picture, scale, figure.smooth), layout.columns[j]!, layout.rows[i]!);
    }
  }
  return page;
}

/**
 * The pictures of a figure that has labels at its rows and nothing else, row by row, enlarged as they are in it: what
 * `drawFigure` did to pictures of this size, undone.
 *
 * @throws {RangeError} where they do not lie within it
 */
export function cutFigure(
  whole: Picture,
  { rows, columns, width, height }: { rows: number; columns: number; width: number; height: number },
): Picture[][] {
  const scale = usualScale(width);
  const cell = { width: width * scale, height: height * scale };
  const left = whole.width - margin - columns * (cell.width + usualGap) + usualGap;
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (_, column) =>
      crop(whole, {
        left: left + column * (cell.width + usualGap),
        top: margin + row * (cell.height + usualGap),
        ...cell,
      })));
}

/** Where everything is, in pixels. */
interface Layout {
  readonly width: number;
  readonly height: number;
  /** Left ends of columns. */
  readonly columns: readonly number[];
  /** Upper ends of rows. */
  readonly rows: readonly number[];
  /** SVG elements. */
  readonly texts: readonly string[];
}

function layOutFigure(figure: Figure, cell: { width: number; height: number }): Layout {
  const { rows, title, subtitle, note, rowLabels, columnLabels, columnsTitle, columnGroups, captions, gap = usualGap } =
    figure;
  const texts: string[] = [];
  let top = margin;
  const write = (x: number, content: string, { y = top + letters - 2, fill = text, more = "" } = {}) =>
    texts.push(`<text x="${x}" y="${y}"${fill === text ? "" : ` fill="${fill}"`}${more}>${escapeXml(content)}</text>`);
  const middle = ' text-anchor="middle"';
  const paragraph = (lines: readonly string[]) => {
    for (const line of lines) {
      write(margin, line, { y: top + letters, fill: grey });
      top += lineHeight;
    }
  };

  const left = margin + (rowLabels === undefined ? 0 : Math.max(...rowLabels.flatMap(linesOf).map(widthOf)) + 12);
  const starts = groupStarts(columnGroups);
  const columns = Array.from({ length: Math.max(...rows.map((row) => row.length)) }, (_, i) => {
    const groups = starts.filter((start) => start > 0 && start <= i).length;
    return left + i * (cell.width + gap) + groups * groupGap;
  });
  const right = columns.at(-1)! + cell.width;
  const centre = (from: number, to = from) => (columns[from]! + columns[to]! + cell.width) / 2;

  if (title !== undefined) {
    const more = ` font-family="${strongFontFamily}" font-size="${titleLetters}"`;
    write(margin, title, { y: top + titleLetters, more });
    top += titleLetters + (subtitle === undefined ? 14 : 8);
  }
  if (subtitle !== undefined) {
    paragraph(linesOf(subtitle));
    top += 12;
  }
  if (columnsTitle !== undefined) {
    write(centre(0, columns.length - 1), columnsTitle, { fill: grey, more: middle });
    top += letters + 6;
  }
  if (columnGroups !== undefined) {
    for (const [i, { label, columns }] of columnGroups.entries()) {
      write(centre(starts[i]!, starts[i]! + columns - 1), label, { more: middle });
    }
    top += letters + 6;
  }
  if (columnLabels !== undefined) {
    for (const [i, label] of columnLabels.entries()) {
      const fill = columnGroups === undefined ? text : grey;
      write(centre(i), label, { fill, more: `${middle}${within(label, cell.width + gap - 4, letters)}` });
    }
    top += letters + 6;
  }

  const pitch = cell.height + gap + (captions === undefined ? 0 : captionLetters + 7);
  const upper = rows.map((_, i) => top + i * pitch);
  for (const [i, label] of (rowLabels ?? []).entries()) {
    const lines = linesOf(label);
    for (const [j, line] of lines.entries()) {
      const y = upper[i]! + cell.height / 2 + letters * 0.36 + (j - (lines.length - 1) / 2) * letters * 1.3;
      write(left - 10, line, { y, fill: j > 0 ? grey : text, more: ' text-anchor="end"' });
    }
  }
  for (const [i, row] of (captions ?? []).entries()) {
    for (const [j, caption] of row.entries()) {
      const y = upper[i]! + cell.height + captionLetters + 2;
      write(centre(j), caption, { y, fill: grey, more: `${middle}${within(caption, cell.width, captionLetters)}` });
    }
  }
  top += rows.length * pitch - gap;
  if (note !== undefined) {
    top += 12;
    paragraph(linesOf(note).flatMap((text) => wrapped(text, Math.max(right - margin, leastNote))));
  }

  const titleWidth = title === undefined ? 0 : title.length * titleLetters * 0.6;
  const noteWidth = note === undefined ? 0 : Math.min(widthOf(note), leastNote);
  const textWidth = Math.max(titleWidth, noteWidth, ...linesOf(subtitle ?? "").map(widthOf));
  const width = Math.ceil(Math.max(right, margin + textWidth)) + margin;
  return { width, height: Math.ceil(top + margin), columns, rows: upper, texts };
}

/** The first column of each group. */
function groupStarts(groups: Figure["columnGroups"] = []): number[] {
  return groups.map((_, i) => groups.slice(0, i).reduce((sum, { columns }) => sum + columns, 0));
}

/** The size of a text's letters where it has to become smaller to fit. */
function within(label: string, room: number, usual: number): string {
  const size = Math.min(usual, room / widthOf(label) * letters);
  return size === letters ? "" : ` font-size="${Number(size.toFixed(1))}"`;
}

/** A text in lines of at most so many pixels. */
function wrapped(text: string, room: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const line = lines.length === 0 ? word : `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && widthOf(line) <= room) lines[lines.length - 1] = line;
    else lines.push(word);
  }
  return lines;
}

/** Lays a picture over a part of another one, which changes. */
function paste(onto: Picture, picture: Picture, left: number, top: number): void {
  const [x, y] = [Math.round(left), Math.round(top)];
  for (let row = 0; row < picture.height; row++) {
    const line = picture.data.subarray(row * picture.width * 3, (row + 1) * picture.width * 3);
    onto.data.set(line, ((y + row) * onto.width + x) * 3);
  }
}

const linesOf = (label: string) => label.split("\n");
const widthOf = (line: string) => Math.ceil(line.length * letters * 0.58);
