/** Tests of cropping, enlarging and grids. */
import assert from "node:assert/strict";
import { decode } from "./decode.ts";
import { cutGrid, grid, layOut } from "./grid.ts";
import { centreCrop, crop, enlarge, type Picture, picturesOf } from "./picture.ts";

/** Pixel (row, column) holds [row, column, 7]. */
function numbered(width: number, height: number): Picture {
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) data.set([Math.floor(i / width), i % width, 7], i * 3);
  return { width, height, data };
}
const pixel = ({ width, data }: Picture, row: number, column: number) => [
  ...data.subarray((row * width + column) * 3, (row * width + column) * 3 + 3),
];

Deno.test("crop() cuts out the rectangle asked for, and refuses one outside", () => {
  const cut = crop(numbered(7, 5), { left: 2, top: 1, width: 4, height: 3 });
  assert.deepEqual([cut.width, cut.height], [4, 3]);
  for (let row = 0; row < 3; row++) {
    for (let column = 0; column < 4; column++) assert.deepEqual(pixel(cut, row, column), [row + 1, column + 2, 7]);
  }
  assert.throws(() => crop(numbered(7, 5), { left: 4, top: 0, width: 4, height: 3 }), RangeError);
  assert.throws(() => crop(numbered(7, 5), { left: -1, top: 0, width: 4, height: 3 }), RangeError);
});

Deno.test("centreCrop() starts at floor((side - size) / 2)", () => {
  for (const [width, height, left, top] of [[7, 4, 1, 0], [8, 5, 1, 0], [4, 9, 0, 2], [6, 6, 0, 0]] as const) {
    const square = centreCrop(numbered(width, height));
    assert.equal(square.width, Math.min(width, height));
    assert.equal(square.height, square.width);
    assert.deepEqual(pixel(square, 0, 0), [top, left, 7]);
  }
});

Deno.test("enlarge() repeats each pixel in both directions", () => {
  const large = enlarge(numbered(3, 2), 4);
  assert.deepEqual([large.width, large.height], [12, 8]);
  for (let row = 0; row < 8; row++) {
    for (let column = 0; column < 12; column++) {
      assert.deepEqual(pixel(large, row, column), [row >> 2, column >> 2, 7]);
    }
  }
});

Deno.test("picturesOf() cuts a batch into views", () => {
  const data = Uint8Array.from({ length: 2 * 12 }, (_, i) => i);
  assert.deepEqual(picturesOf(data, { width: 2, height: 2 })[1]!.data, data.subarray(12));
  assert.throws(() => picturesOf(data, { width: 2, height: 3 }), /Cannot cut 24 bytes into pictures of 2×3×3/);
});

Deno.test("layOut() puts picture k at row k / columns, column k mod columns, with gaps", () => {
  const list = Array.from({ length: 5 }, (_, i) => ({ width: 2, height: 3, data: new Uint8Array(18).fill(i) }));
  const sheet = layOut(list, { columns: 3, gap: 1, scale: 2, background: 99 });
  assert.deepEqual([sheet.width, sheet.height], [1 + 3 * 5, 1 + 2 * 7]);
  for (let row = 0; row < sheet.height; row++) {
    for (let column = 0; column < sheet.width; column++) {
      const inside = row % 7 > 0 && column % 5 > 0;
      const index = Math.floor(row / 7) * 3 + Math.floor(column / 5);
      assert.equal(pixel(sheet, row, column)[0], inside && index < 5 ? index : 99);
    }
  }
  const square = layOut(list, { gap: 0, scale: 1 });
  assert.deepEqual([square.width, square.height], [6, 6]);
  const cut = layOut(list, { rows: 1, columns: 2, gap: 0, scale: 1 });
  assert.deepEqual([cut.width, cut.height], [4, 3]);
  assert.throws(() => layOut([]), RangeError);
  assert.throws(() => layOut([list[0]!, numbered(3, 3)]), /2×3 and 3×3/);
});

Deno.test("grid() is layOut() as a PNG", async () => {
  const list = [numbered(2, 2), numbered(2, 2)];
  assert.deepEqual(await decode(await grid(list, { scale: 3 })), layOut(list, { scale: 3 }));
});

Deno.test("cutGrid() undoes layOut(), and refuses what is not such a grid", () => {
  const all = Array.from({ length: 6 }, (_, i) => {
    const picture = numbered(5, 4);
    return { ...picture, data: picture.data.map((value) => value + 10 * i) };
  });
  for (const gap of [0, 2, 3]) {
    const whole = layOut(all, { rows: 2, columns: 3, gap, scale: 2 });
    assert.deepEqual(cutGrid(whole, { rows: 2, columns: 3, gap }), all.map((picture) => enlarge(picture, 2)));
  }
  assert.throws(() => cutGrid(numbered(30, 20), { rows: 7, columns: 3 }), RangeError);
});
