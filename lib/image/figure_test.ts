/** Tests of figures and animations. */
import assert from "node:assert/strict";
import sharp from "sharp";
import { encodeAnimation, type Frame } from "./animation.ts";
import { encode } from "./codec.ts";
import { decode } from "./decode.ts";
import { drawFigure } from "./figure.ts";
import type { Picture } from "./picture.ts";

/** A picture of one colour. */
function plain(width: number, height: number, colour: readonly [number, number, number]): Picture {
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) data.set(colour, i * 3);
  return { width, height, data };
}
const pixel = ({ width, data }: Picture, row: number, column: number) =>
  [...data.subarray((row * width + column) * 3, (row * width + column) * 3 + 3)].join();

const colour = (i: number): [number, number, number] => [40 * i, 255 - 30 * i, 100];
const frames: Frame[] = Array.from({ length: 6 }, (_, i) => ({
  picture: plain(20, 12, colour(i)),
  delay: i === 5 ? 1500 : 80 + 20 * i,
}));

for (const format of ["gif", "webp"] as const) {
  Deno.test(`a ${format} has as many frames as asked, of the right size, delays and colours, for ever`, async () => {
    const file = await encodeAnimation(frames, format);
    const about = await sharp(file, { animated: true }).metadata();
    assert.equal(about.format, format);
    assert.deepEqual([about.width, about.pageHeight, about.pages, about.loop], [20, 12, 6, 0]);
    assert.deepEqual(about.delay, [80, 100, 120, 140, 160, 1500]);
    const raw = await sharp(file, { animated: true }).removeAlpha().raw().toBuffer();
    for (let i = 0; i < 6; i++) {
      const middle = (i * 12 + 6) * 20 * 3 + 30;
      for (let c = 0; c < 3; c++) {
        assert.ok(Math.abs(raw[middle + c]! - colour(i)[c]!) <= (format === "gif" ? 4 : 6), `frame ${i}`);
      }
    }
  });
}

Deno.test("a gif keeps frames that are the same, so that a still end lasts as long as it should", async () => {
  const same = [frames[0]!, frames[0]!, frames[0]!, frames[1]!];
  assert.equal((await sharp(await encodeAnimation(same, "gif"), { animated: true }).metadata()).pages, 4);
});

Deno.test("encodeAnimation() refuses no frames, several sizes, and delays that browsers do not keep", async () => {
  await assert.rejects(encodeAnimation([], "gif"), RangeError);
  await assert.rejects(encodeAnimation([...frames, { picture: plain(20, 13, [0, 0, 0]), delay: 50 }], "gif"), /20×13/);
  await assert.rejects(encodeAnimation([{ ...frames[0]!, delay: 10 }], "webp"), /10 ms/);
});

Deno.test("encode() writes what decode() reads, without loss but for the colours of GIF", async () => {
  const data = Uint8Array.from({ length: 9 * 7 * 3 }, (_, i) => (i * 37) % 256);
  const picture = { width: 9, height: 7, data };
  for (const format of ["png", "webp"] as const) assert.deepEqual(await decode(await encode(picture, format)), picture);
  assert.deepEqual((await decode(await encode(plain(4, 4, [255, 0, 0]), "gif"))).data, plain(4, 4, [255, 0, 0]).data);
});

Deno.test("drawFigure() puts every picture at its place, enlarged, and labels beside and above", async () => {
  const rows = [0, 1].map((i) => [0, 1, 2].map((j) => plain(8, 8, colour(3 * i + j))));
  const bare = await drawFigure({ rows, gap: 5, scale: 3 });
  assert.deepEqual([bare.width, bare.height], [12 + 3 * 24 + 2 * 5 + 12, 12 + 2 * 24 + 5 + 12]);
  const named = await drawFigure({
    rows,
    gap: 5,
    scale: 3,
    title: "Title",
    rowLabels: ["one", "two"],
    columnLabels: ["a", "b", "c"],
    columnsTitle: "letters",
  });
  const [right, down] = [named.width - bare.width, named.height - bare.height];
  assert.ok(right > 20 && down > 40);
  for (const [figure, x, y] of [[bare, 0, 0], [named, right, down]] as const) {
    for (const i of [0, 1]) {
      for (const j of [0, 1, 2]) {
        const [top, left] = [y + 12 + i * 29, x + 12 + j * 29];
        for (const [row, column] of [[top, left], [top + 23, left + 23]] as const) {
          assert.equal(pixel(figure, row, column), colour(3 * i + j).join(), `row ${i}, column ${j}`);
        }
        assert.equal(pixel(figure, top + 24, left), "255,255,255");
      }
    }
  }
  const ink = (left: number, top: number, width: number, height: number) => {
    let dark = 0;
    for (let row = top; row < top + height; row++) {
      for (let column = left; column < left + width; column++) {
        dark += Number(named.data[(row * named.width + column) * 3]! < 150);
      }
    }
    return dark;
  };
  assert.ok(ink(12, 12, 40, 18) > 20, "the title is there");
  assert.ok(ink(12, down + 12, right - 4, 24) > 10, "so is the label of the first row");
  assert.ok(ink(right + 12, down - 8, 24, 18) > 5, "and that of the first column");
});
