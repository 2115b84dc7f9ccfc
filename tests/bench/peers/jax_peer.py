"""The network of the Keras DDIM example in JAX, jit-compiled, donated: answers a word on each line with a number.

`loss`: the loss on the weights, images, noises and times of the safetensors file given; `first`: seconds from the program's
text to the end of the first step, compiling included; `train`, `sample`: seconds; `memory`: most bytes held so far, of the
GPU where there is one. A third argument `mixed` rounds the factors of convolutions to bfloat16.
"""
import math
import resource
import sys
import time

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

import tensors

FILE, BATCH = sys.argv[1], int(sys.argv[2])
MIXED = sys.argv[3:] == ["mixed"]
WIDTHS, DEPTH, EMBEDDING, SIDE = (32, 64, 96, 128), 2, 32, 64
RATE, DECAY, BETA1, BETA2, AVERAGE, MOMENTUM = 1e-3, 1e-4, 0.9, 0.999, 0.999, 0.99


given = {name: jnp.asarray(tensor) for name, tensor in tensors.read(FILE).items()}
part = lambda prefix: {k[len(prefix) :]: v for k, v in given.items() if k.startswith(prefix)}
weights, running = part("trainable/"), part("buffers/")
images, noises, times = given["images"], given["noises"], given["times"]
speeds = 2 * math.pi * np.exp(np.linspace(0, math.log(1000), EMBEDDING // 2)).astype(np.float32)


def conv(w, name, x):
    kernel = w[name + ".kernel"]
    x, kernel = (x.astype(jnp.bfloat16), kernel.astype(jnp.bfloat16)) if MIXED else (x, kernel)
    y = lax.conv_general_dilated(x, kernel, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC"))
    return y.astype(jnp.float32) + w[name + ".bias"]


def network(w, running, x, power, training):
    after = dict(running)

    def block(name, x, width):
        mean, variance = running[name + ".norm.moving_mean"], running[name + ".norm.moving_variance"]
        if training:
            m = jnp.mean(x, (0, 1, 2))
            v = jnp.mean(jnp.square(x - m), (0, 1, 2))
            after[name + ".norm.moving_mean"] = MOMENTUM * mean + (1 - MOMENTUM) * lax.stop_gradient(m)
            after[name + ".norm.moving_variance"] = MOMENTUM * variance + (1 - MOMENTUM) * lax.stop_gradient(v)
            mean, variance = m, v
        residual = x if x.shape[-1] == width else conv(w, name + ".residual_conv", x)
        y = (x - mean) * lax.rsqrt(variance + 1e-3)
        return conv(w, name + ".conv2", jax.nn.silu(conv(w, name + ".conv1", y))) + residual

    angles = power * speeds
    embedding = jnp.concatenate([jnp.sin(angles), jnp.cos(angles)], -1)
    x = conv(w, "input_conv", x)
    x = jnp.concatenate([x, jnp.broadcast_to(embedding, (*x.shape[:3], EMBEDDING))], -1)
    skips = []
    for level, width in enumerate(WIDTHS[:-1]):
        for i in range(DEPTH):
            x = block(f"down{level}.block{i}", x, width)
            skips.append(x)
        x = lax.reduce_window(x, 0.0, lax.add, (1, 2, 2, 1), (1, 2, 2, 1), "VALID") / 4
    for i in range(DEPTH):
        x = block(f"middle.block{i}", x, WIDTHS[-1])
    for level in range(len(WIDTHS) - 2, -1, -1):
        n, height, width, channels = x.shape
        x = jax.image.resize(x, (n, 2 * height, 2 * width, channels), "bilinear")
        for i in range(DEPTH):
            x = block(f"up{level}.block{i}", jnp.concatenate([x, skips.pop()], -1), WIDTHS[level])
    return conv(w, "output_conv", x), after


def rates(t):
    start, end = math.acos(0.95), math.acos(0.02)
    angle = start + t * (end - start)
    return jnp.cos(angle), jnp.sin(angle)


def loss_of(w, running, images, noises, times):
    signal, noise = rates(times)
    predicted, after = network(w, running, signal * images + noise * noises, noise * noise, True)
    return jnp.mean(jnp.abs(noises - predicted)), after


def step(state, key, images):
    key, one, two = jax.random.split(key, 3)
    noises = jax.random.normal(one, images.shape)
    times = jax.random.uniform(two, (BATCH, 1, 1, 1))
    (loss, running), gradients = jax.value_and_grad(loss_of, has_aux=True)(
        state["w"], state["running"], images, noises, times
    )
    count = state["count"] + 1
    t = count.astype(jnp.float32)
    new = dict(w={}, m={}, v={}, running=running, count=count, average={}, average_running={})
    for name, w in state["w"].items():
        g = gradients[name]
        m = BETA1 * state["m"][name] + (1 - BETA1) * g
        v = BETA2 * state["v"][name] + (1 - BETA2) * g * g
        update = m / (1 - BETA1**t) / (jnp.sqrt(v / (1 - BETA2**t)) + 1e-7)
        w = w - RATE * (update + DECAY * w)
        new["w"][name], new["m"][name], new["v"][name] = w, m, v
        new["average"][name] = AVERAGE * state["average"][name] + (1 - AVERAGE) * w
    for name, value in running.items():
        new["average_running"][name] = AVERAGE * state["average_running"][name] + (1 - AVERAGE) * value
    return new, key, loss


def sampling(w, running, noisy, steps=20):
    def body(i, carry):
        noisy, _ = carry
        t = jnp.full((BATCH, 1, 1, 1), 1 - i.astype(jnp.float32) / steps)
        signal, noise = rates(t)
        predicted, _ = network(w, running, noisy, noise * noise, False)
        image = (noisy - noise * predicted) / signal
        signal, noise = rates(t - 1 / steps)
        return signal * image + noise * predicted, image

    return lax.fori_loop(0, steps, body, (noisy, noisy))[1]


copy = lambda tree: jax.tree.map(lambda x: jnp.array(x, copy=True), tree)
zeros = lambda tree: jax.tree.map(jnp.zeros_like, tree)
state = dict(w=copy(weights), m=zeros(weights), v=zeros(weights), running=copy(running), count=jnp.zeros((), jnp.int32))
state["average"], state["average_running"] = copy(weights), copy(running)
key = jax.random.PRNGKey(0)
compiled_step, compiled_sampling = jax.jit(step, donate_argnums=(0, 1)), jax.jit(sampling)


def train():
    global state, key
    start = time.perf_counter()
    state, key, loss = compiled_step(state, key, images)
    jax.block_until_ready((state, loss))
    return time.perf_counter() - start


def sample():
    noise = jax.random.normal(jax.random.PRNGKey(1), images.shape)
    start = time.perf_counter()
    np.asarray(compiled_sampling(state["average"], state["average_running"], noise))
    return time.perf_counter() - start


def memory():
    stats = jax.devices()[0].memory_stats()  # none of a processor
    return stats["peak_bytes_in_use"] if stats else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


answers = {
    "loss": lambda: float(jax.jit(loss_of)(weights, running, images, noises, times)[0]),
    "first": train,
    "train": train,
    "sample": sample,
    "memory": memory,
}
print(f"JAX {jax.__version__}, jit, {'bfloat16 convolutions' if MIXED else 'float32'}, {jax.devices()[0].device_kind}", flush=True)
for line in sys.stdin:
    print(answers[line.strip()](), flush=True)
