"""Models of Keras as users of the DDIM example and of clear-diffusion-keras have them: their files, and their images.

`python keras_models.py FOLDER` reads the noise that images begin with, `FOLDER/noise.bin`, and writes for each model

- `NAME.weights.h5`: all of it, as the example's checkpoints are;
- `NAME-network.weights.h5`, `NAME-average.weights.h5`: the network and its average alone;
- `NAME-network.h5`, `NAME-average.h5`: these as Keras 2 kept a whole model;
- `NAME.bin`: the images of its average, after 20 steps of deterministic sampling.

Weights are random, those of the last layer too. All `.bin` are float32, [images, 32, 32, 3].
"""

import math
import os
import sys
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
import numpy as np
from keras import layers, ops

SIDE, STEPS = 32, 20
WIDTHS, DEPTH, DIMS = (8, 16, 24), 2, 16


@keras.saving.register_keras_serializable("denoise")
def sines(power, top):
    frequencies = ops.exp(ops.linspace(0.0, math.log(top), DIMS // 2))
    angles = ops.cast(2 * math.pi * frequencies, "float32") * power
    return ops.concatenate([ops.sin(angles), ops.cos(angles)], axis=3)


def inputs(top):
    images, power = keras.Input((SIDE, SIDE, 3)), keras.Input((1, 1, 1))
    return images, power, layers.Lambda(sines, output_shape=(1, 1, DIMS), arguments={"top": top})(power)


def u_net(x, block, skips=()):
    """Down, through the middle and up; `block(x, width, level)` is a residual block."""
    skips = list(skips)
    for level, width in enumerate(WIDTHS[:-1]):
        for _ in range(DEPTH):
            x = block(x, width, level)
            skips.append(x)
        x = layers.AveragePooling2D(2)(x)
    for _ in range(DEPTH):
        x = block(x, WIDTHS[-1], len(WIDTHS) - 1)
    for level in reversed(range(len(WIDTHS) - 1)):
        x = layers.UpSampling2D(2, interpolation="bilinear")(x)
        for _ in range(DEPTH):
            x = layers.Concatenate()([x, skips.pop()])
            x = block(x, WIDTHS[level], level)
    return layers.Concatenate()([x, skips.pop()]) if skips else x


def shortcut(x, width):
    return x if x.shape[3] == width else layers.Conv2D(width, 1)(x)


def batch_norm_network(image_dims, top, input_skip):
    """That of the example; with `input_skip`, that of clear-diffusion-keras in 2022."""

    def block(x, width, level):
        residual = shortcut(x, width)
        x = layers.BatchNormalization(center=False, scale=False)(x)
        x = layers.Conv2D(width, 3, padding="same", activation="swish")(x)
        x = layers.Conv2D(width, 3, padding="same")(x)
        return layers.Add()([x, residual])

    images, power, told = inputs(top)
    told = layers.UpSampling2D(SIDE, interpolation="nearest")(told)
    x = layers.Conv2D(image_dims, 1)(images)
    x = u_net(layers.Concatenate()([x, told]), block, [x] if input_skip else [])
    return keras.Model([images, power], layers.Conv2D(3, 1)(x), name="residual_unet")


def attention_network():
    """That of clear-diffusion-keras since 2023, with attention at the two coarsest levels."""
    images, power, told = inputs(1000.0)
    x = layers.Conv2D(8, 1, strides=1)(images)
    for _ in range(2):
        told = layers.Dense(DIMS, activation="swish")(told)

    def block(x, width, level):
        residual = shortcut(x, width)
        power = layers.Dense(width)(told)
        x = layers.Activation("swish")(layers.GroupNormalization(8)(x))
        x = layers.Conv2D(width, 3, padding="same")(x)
        x = layers.Add()([x, power])
        x = layers.Activation("swish")(layers.GroupNormalization(8)(x))
        x = layers.Conv2D(width, 3, padding="same")(x)
        x = layers.Add()([residual, x])
        if level == 0:
            return x
        seen = layers.GroupNormalization(8, center=False, scale=False)(x)
        seen = layers.MultiHeadAttention(4, width, attention_axes=(1, 2))(seen, seen)
        return layers.Add()([x, seen])

    x = layers.Conv2DTranspose(3, 1, strides=1)(u_net(x, block))
    return keras.Model([images, power], x, name="residual_unet")


class Distance(keras.metrics.Metric):
    """A metric with a network of its own, as the Kernel Inception Distance has one: its weights are in the file too."""

    def __init__(self):
        super().__init__(name="kid")
        self.mean = keras.metrics.Mean(name="kid_tracker")
        norm, conv = layers.BatchNormalization(scale=False), layers.Conv2D(4, 3, use_bias=False)
        self.encoder = keras.Sequential([keras.Input((SIDE, SIDE, 3)), conv, norm], name="inception_encoder")

    def result(self):
        return self.mean.result()


class DiffusionModel(keras.Model):
    def __init__(self, network, draws, contrast, augmenter):
        super().__init__()
        pixels = layers.Normalization()
        if augmenter:  # clear-diffusion-keras normalizes in the model that augments
            flip = layers.RandomFlip("horizontal")
            self.augmenter = keras.Sequential([keras.Input((SIDE, SIDE, 3)), pixels, flip], name="augmenter")
        else:
            self.normalizer = pixels
        self.network = network
        self.ema_network = keras.models.clone_model(network)
        pixels.adapt(draws.normal([0.4, 0.5, 0.6], contrast, (64, SIDE, SIDE, 3)).astype("float32"))
        self.mean, self.deviation = pixels.mean, pixels.variance**0.5
        for model in (self.network, self.ema_network):
            for weight in model.weights:
                weight.assign(random_weight(draws, weight))

    def compile(self):
        super().compile(optimizer=keras.optimizers.AdamW(1e-3, weight_decay=1e-4))
        self.kid = Distance()
        self.built = True  # as after training: it has no call of its own
        self.optimizer.build(self.network.trainable_variables)


def random_weight(draws, weight):
    kind, shape = weight.path.split("/")[-1], weight.shape
    if kind == "kernel":
        return draws.normal(0, 0.8 / math.sqrt(np.prod(shape[:-1])), shape)
    if kind in ("gamma", "moving_variance"):
        return draws.uniform(0.5, 2, shape)
    return draws.normal(0, 0.2, shape)


def angles(first, last):
    """Rates of the signal and of the noise, on an arc between two angles."""
    return lambda time: (math.cos(first + time * (last - first)), math.sin(first + time * (last - first)))


def arc(start, end):
    """`angles` whose ends are log signal-to-noise ratios."""
    return angles(*(math.asin(math.sqrt(1 / (1 + math.exp(log_snr)))) for log_snr in (start, end)))


def signal_steps(start, end):
    """The share of signal that a step keeps falls in a straight line. The ends are rounded as there, to float32."""
    first, last = (1 - float(np.float32(1 / (1 + math.exp(log_snr)))) for log_snr in (start, end))

    def rates(time):
        power = first * (last / first) ** (time**2)
        return math.sqrt(power), math.sqrt(1 - power)

    return rates


def sample(model, noise, rates, velocity):
    """Images after `STEPS` steps: predicts velocities and clips images, or predicts noises and does not."""
    x = noise
    for step in range(STEPS):
        signal, rate = rates(1 - step / STEPS)
        power = np.full((len(noise), 1, 1, 1), rate**2, np.float32)
        output = model.ema_network.predict_on_batch([np.asarray(x), power])
        if velocity:
            images, noises = signal * x - rate * output, rate * x + signal * output
            images = ops.clip(images, (0 - model.mean) / model.deviation, (1 - model.mean) / model.deviation)
        else:
            images, noises = (x - rate * output) / signal, output
        signal, rate = rates(1 - (step + 1) / STEPS)
        x = signal * images + rate * noises
    return ops.clip(model.mean + images * model.deviation, 0, 1)


# Little contrast: images of networks that have learnt nothing are far beyond black and white otherwise.
MODELS = {
    "example": dict(
        network=lambda: batch_norm_network(WIDTHS[0], 1000.0, input_skip=False),
        rates=angles(math.acos(0.95), math.acos(0.02)),
        contrast=[0.004, 0.003, 0.005],
        velocity=False,
        augmenter=False,
    ),
    "clear-2022": dict(
        network=lambda: batch_norm_network(24, 200.0, input_skip=True),
        rates=arc(2.5, -7.5),
        contrast=[0.002, 0.003, 0.001],
        velocity=False,
        augmenter=True,
    ),
    "clear-2023": dict(
        network=attention_network,
        rates=signal_steps(3, -10),
        contrast=[0.02, 0.03, 0.02],
        velocity=True,
        augmenter=True,
    ),
}


def write(folder, name, network, rates, contrast, velocity, augmenter):
    model = DiffusionModel(network(), np.random.default_rng(1), contrast, augmenter)
    model.compile()
    model.save_weights(folder / f"{name}.weights.h5")
    for part, one in (("network", model.network), ("average", model.ema_network)):
        one.save_weights(folder / f"{name}-{part}.weights.h5")
        one.save(folder / f"{name}-{part}.h5")
    noise = np.fromfile(folder / "noise.bin", np.float32).reshape(-1, SIDE, SIDE, 3)
    np.asarray(sample(model, noise, rates, velocity), np.float32).tofile(folder / f"{name}.bin")


if __name__ == "__main__":
    for name, settings in MODELS.items():
        write(Path(sys.argv[1]), name, **settings)
