/** Metric `validation-error`: how well noise and image are predicted on pictures held out. */
import { plugin, tf, z } from "denoise/plugin";
import { ByLevel } from "./shared/by_level.ts";

export default plugin({
  kind: "metric",
  name: "validation-error",
  summary: "Error of the predicted noise and image on validation pictures, with the average weights",
  prefer: "For every run: it costs little, and rises where a network memorises. It does not say how good samples look",
  source: "the tracked n_loss and i_loss of the Keras DDIM example",
  options: z.object({
    error: z.enum(["mae", "mse"]).default("mae").describe("mean absolute error or mean squared error"),
  }),
  create({ options }) {
    const error = options.error === "mae" ? tf.abs : tf.square;
    return {
      better: { noise: "lower", image: "lower" },
      comparesTraining: true,
      async measure(view) {
        let pictures = 0, noise = 0, image = 0;
        const byLevel = new ByLevel(await view.levels());
        for await (const { size, predicted, target, rates } of view.batches()) {
          const perPicture = tf.tidy(() =>
            tf.stack([
              tf.mean(error(tf.sub(predicted.noise, target.noise)), [1, 2, 3]),
              tf.mean(error(tf.sub(predicted.signal, target.signal)), [1, 2, 3]),
              tf.reshape(tf.div(rates.signal, rates.noise), [-1]),
            ])
          );
          const errors = await perPicture.data();
          perPicture.dispose();
          for (let i = 0; i < size; i++) {
            const [ofNoise, ofImage] = [errors[i]!, errors[size + i]!];
            noise += ofNoise;
            image += ofImage;
            byLevel.add(2 * Math.log(errors[2 * size + i]!), [ofNoise, ofImage]);
          }
          pictures += size;
        }
        if (pictures === 0) {
          throw new Error('Cannot measure "validation-error": the dataset has no validation pictures');
        }
        return {
          noise: { value: noise / pictures, byLevel: byLevel.means(0) },
          image: { value: image / pictures, byLevel: byLevel.means(1) },
        };
      },
    };
  },
});
