"""Numbers of the loss of easy consistency tuning, restated from ECMLoss of github.com/locuslab/ect (training/loss.py at
4311059) in float64, without dependencies:

    python3 tests/golden/consistency.py > tests/golden/consistency.json

The network is D(x, s) = c_skip x + c_out (0.3 c_in x + c_noise), with EDM's coefficients for sigma_data 1.
"""

import json
import math
import random

draw = random.Random(7)
images = [[draw.gauss(0, 1) for _ in range(4)] for _ in range(5)]
noise = [[draw.gauss(0, 1) for _ in range(4)] for _ in range(5)]
levels = [0.01, 0.3, 1.0, 4.0, 60.0]


def network(x, s):
    c_skip, c_out, c_in = 1 / (s * s + 1), s / math.sqrt(s * s + 1), 1 / math.sqrt(s * s + 1)
    c_noise = math.log(s) / 4
    return [c_skip * v + c_out * (0.3 * c_in * v + c_noise) for v in x]


def t_to_r(t, stage, q, k, b):
    adj = 1 + k / (1 + math.exp(b * t))  # ECT's constant mapping is this with k = 0
    return max(t * (1 - 1 / q ** (stage + 1) * adj), 0)


def loss(stage, q, k, b, c):
    losses = []
    for y, eps, t in zip(images, noise, levels):
        r = t_to_r(t, stage, q, k, b)
        at = network([v + e * t for v, e in zip(y, eps)], t)
        below = network([v + e * r for v, e in zip(y, eps)], r) if r > 0 else y
        total = sum((a - d) ** 2 for a, d in zip(at, below))
        losses.append((math.sqrt(total + c * c) - c) / (t - r))
    return losses


cases = []
for stage, q, k, b, c in [
    (0, 2, 8, 1, 0.01),
    (2, 2, 8, 1, 0.01),
    (7, 2, 8, 0.5, 0.01),
    (0, 256, 8, 1, 0.3),
    (1, 4, 0, 1, 0.3),
]:
    r = [t_to_r(t, stage, q, k, b) for t in levels]
    cases.append({"stage": stage, "q": q, "k": k, "b": b, "c": c, "r": r, "losses": loss(stage, q, k, b, c)})

print(json.dumps({"images": images, "noise": noise, "levels": levels, "cases": cases}, indent=1))
