"""The Keras example "Denoising Diffusion Implicit Models" (keras.io, Béres 2022) on JAX, fed by another program.

Network, schedule, AdamW, loss, moving averages and sampling are the example's; pictures, noises and times come from
files. Each line of input is a word and its arguments, separated by tabs, and is answered with a line:

    save FOLDER              writes network.weights.h5 and ema.weights.h5, as they are before the first step
    statistics FILE          mean and variance of pixels, [channels]
    train FILE               one step on images in [0, 1], noises and times; its noise loss and image loss
    validate FILE WEIGHTS    noise loss and image loss in inference mode, of `network` or `ema`
    sample FILE WEIGHTS OUT  20 steps from the noises in FILE; writes the images, in [0, 1]

The gradient is that of the mean absolute error of each pixel, summed over pixels and pictures: the example hands its
tape the loss function's result, which has a value a pixel. The losses answered are means.

The example runs on TensorFlow. The frequencies of its embedding, which are computed in float32, come out otherwise on
JAX, from the sixth digit on; so they are computed here as TensorFlow rounds them.

With a number such as 1e-7 after the seed, each weight is multiplied by 1 plus that times a standard normal.
"""
import math
import os
import sys

os.environ["KERAS_BACKEND"] = "jax"

import jax
import jax.numpy as jnp
import keras
import numpy as np
from keras import layers, ops

import tensors

keras.utils.set_random_seed(int(sys.argv[1]))
PERTURBATION = float(sys.argv[2]) if len(sys.argv) > 2 else 0.0
SIDE, WIDTHS, DEPTH = 64, (32, 64, 96, 128), 2
EMBEDDING, HIGHEST_FREQUENCY = 32, 1000.0
HIGHEST_SIGNAL, LOWEST_SIGNAL = 0.95, 0.02
DECAY, SAMPLING_STEPS = 0.999, 20


def angular_speeds():
    """2 pi exp(linspace(log 1, log 1000, 16)), rounded to float32 after each operation."""
    float32 = np.float32
    count = EMBEDDING // 2 - 1
    logarithms = np.arange(count + 1, dtype=float32) * (float32(math.log(HIGHEST_FREQUENCY)) / float32(count))
    logarithms[-1] = math.log(HIGHEST_FREQUENCY)
    return np.exp(logarithms.astype(np.float64)).astype(float32) * float32(2 * math.pi)


ANGULAR_SPEEDS = angular_speeds()


@keras.saving.register_keras_serializable()
def sinusoids(power):
    angles = ANGULAR_SPEEDS * power
    return ops.concatenate([ops.sin(angles), ops.cos(angles)], axis=3)


def block(x, width):
    shortcut = x if x.shape[3] == width else layers.Conv2D(width, kernel_size=1)(x)
    x = layers.BatchNormalization(center=False, scale=False)(x)
    x = layers.Conv2D(width, kernel_size=3, padding="same", activation="swish")(x)
    x = layers.Conv2D(width, kernel_size=3, padding="same")(x)
    return layers.Add()([x, shortcut])


def build():
    noisy, power = keras.Input((SIDE, SIDE, 3)), keras.Input((1, 1, 1))
    level = layers.Lambda(sinusoids, output_shape=(1, 1, EMBEDDING))(power)
    level = layers.UpSampling2D(size=SIDE, interpolation="nearest")(level)
    x = layers.Concatenate()([layers.Conv2D(WIDTHS[0], kernel_size=1)(noisy), level])
    skips = []
    for width in WIDTHS[:-1]:
        for _ in range(DEPTH):
            x = block(x, width)
            skips.append(x)
        x = layers.AveragePooling2D(pool_size=2)(x)
    for _ in range(DEPTH):
        x = block(x, WIDTHS[-1])
    for width in reversed(WIDTHS[:-1]):
        x = layers.UpSampling2D(size=2, interpolation="bilinear")(x)
        for _ in range(DEPTH):
            x = block(layers.Concatenate()([x, skips.pop()]), width)
    x = layers.Conv2D(3, kernel_size=1, kernel_initializer="zeros")(x)
    return keras.Model([noisy, power], x, name="residual_unet")


def rates(times):
    start, end = math.acos(HIGHEST_SIGNAL), math.acos(LOWEST_SIGNAL)
    angles = start + times * (end - start)
    return jnp.cos(angles), jnp.sin(angles)


network = build()
ema = keras.models.clone_model(network)  # with initial weights of its own, as in the example
optimizer = keras.optimizers.AdamW(learning_rate=1e-3, weight_decay=1e-4)
optimizer.build(network.trainable_variables)
normalizer = None


def values(variables):
    # Copies: a step consumes what it is given.
    return [jnp.array(variable.value, copy=True) for variable in variables]


def weights_of(model):
    return values(model.trainable_variables), values(model.non_trainable_variables)


def predict(weights, noisy, signal, noise, training):
    predicted, running = network.stateless_call(*weights, [noisy, noise**2], training=training)
    return predicted, (noisy - noise * predicted) / signal, running


def errors(weights, images, noises, times, training):
    signal, noise = rates(times)
    predicted, cleaned, running = predict(weights, signal * images + noise * noises, signal, noise, training)
    noise_errors = keras.losses.mean_absolute_error(noises, predicted)
    image_errors = keras.losses.mean_absolute_error(images, cleaned)
    return jnp.sum(noise_errors), (jnp.mean(noise_errors), jnp.mean(image_errors), running)


def train_step(state, images, noises, times):
    trainable, running = state["network"]

    def loss(trainable):
        return errors((trainable, running), images, noises, times, True)

    (_, (noise_loss, image_loss, running)), gradients = jax.value_and_grad(loss, has_aux=True)(trainable)
    trainable, moments = optimizer.stateless_apply(state["optimizer"], gradients, trainable)
    after = (trainable, running)
    average = jax.tree.map(lambda old, new: DECAY * old + (1 - DECAY) * new, state["ema"], after)
    return dict(network=after, ema=average, optimizer=moments), noise_loss, image_loss


def validation(weights, images, noises, times):
    return errors(weights, images, noises, times, False)[1][:2]


def sampling(weights, noisy):
    def body(i, carry):
        noisy, _ = carry
        times = jnp.ones((noisy.shape[0], 1, 1, 1)) - i.astype(jnp.float32) / SAMPLING_STEPS
        predicted, cleaned, _ = predict(weights, noisy, *rates(times), False)
        signal, noise = rates(times - 1 / SAMPLING_STEPS)
        return signal * cleaned + noise * predicted, cleaned

    return jax.lax.fori_loop(0, SAMPLING_STEPS, body, (noisy, noisy))[1]


draws = np.random.default_rng(0)
if PERTURBATION > 0:
    for variable in network.trainable_variables:
        factors = 1 + PERTURBATION * draws.standard_normal(variable.shape)
        variable.assign(np.asarray(variable.value) * factors)  # in float64, rounded once
state = dict(network=weights_of(network), ema=weights_of(ema), optimizer=values(optimizer.variables))
compiled_step = jax.jit(train_step, donate_argnums=0)
compiled_validation, compiled_sampling = jax.jit(validation), jax.jit(sampling)


def inputs(path):
    given = tensors.read(path)
    return normalizer(given["images"]), jnp.asarray(given["noises"]), jnp.asarray(given["times"])


def save(folder):
    network.save_weights(os.path.join(folder, "network.weights.h5"))
    ema.save_weights(os.path.join(folder, "ema.weights.h5"))


def statistics(path):
    global normalizer
    given = tensors.read(path)
    normalizer = layers.Normalization(mean=given["mean"], variance=given["variance"])


def train(path):
    global state
    state, *losses = compiled_step(state, *inputs(path))
    return losses


def validate(path, weights):
    return compiled_validation(state[weights], *inputs(path))


def sample(path, weights, out):
    images = np.asarray(compiled_sampling(state[weights], jnp.asarray(tensors.read(path)["noises"])))
    mean, variance = np.asarray(normalizer.mean), np.asarray(normalizer.variance)
    tensors.write(out, {"images": np.clip(mean + images * variance**0.5, 0.0, 1.0)})


answers = dict(save=save, statistics=statistics, train=train, validate=validate, sample=sample)
print(f"Keras {keras.__version__} on JAX {jax.__version__}, {jax.devices()[0].device_kind}", flush=True)
for line in sys.stdin:
    word, *arguments = line.rstrip("\n").split("\t")
    print(*(float(number) for number in answers[word](*arguments) or [0]), flush=True)
