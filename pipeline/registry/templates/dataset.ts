/** Dataset `my-plugin`: discs drawn by formula. Replace `items` and `pixels` with pictures of your own. */
import { plugin, z } from "denoise/plugin";

export default plugin({
  kind: "dataset",
  name: "my-plugin",
  summary: "Coloured discs on white",
  options: z.object({
    image_size: z.int().min(8).default(32).describe("side of the square pictures, in pixels"),
    count: z.int().min(10).default(1000).describe("pictures, a fifth of them to validate on"),
  }),
  create: ({ options: { image_size: size, count } }) => ({
    image: { height: size, width: size, channels: 3 },
    open: () => {
      const all = Array.from({ length: count }, (_, i) => i);
      return Promise.resolve({
        fingerprint: `discs ${size} ${count}`, // changes whenever a byte of a picture could
        items: all.map((i) => ({ name: `disc ${i}` })),
        splits: { train: all.filter((i) => i % 5 !== 0), validation: all.filter((i) => i % 5 === 0) },
        pixels: (index) => Promise.resolve(disc(index, size)),
      });
    },
  }),
});

/** Bytes `[size, size, 3]` of a disc whose place, radius and colour follow from its number. */
function disc(index: number, size: number): Uint8Array {
  const pixels = new Uint8Array(size * size * 3).fill(255);
  const draw = (salt: number) => (Math.abs(Math.sin((index + 1) * 12.9898 + salt * 78.233)) * 43758.5453) % 1;
  const radius = size * (0.15 + 0.2 * draw(0));
  const inside = (part: number) => radius + part * (size - 2 * radius);
  const [x, y] = [inside(draw(1)), inside(draw(2))];
  const colour = [3, 4, 5].map((salt) => 230 * draw(salt));
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      if (Math.hypot(column + 0.5 - x, row + 0.5 - y) <= radius) pixels.set(colour, 3 * (row * size + column));
    }
  }
  return pixels;
}
