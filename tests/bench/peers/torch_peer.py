"""The network of the Keras DDIM example in PyTorch, channels-last: answers `train` and `sample` with seconds.

Arguments: batch, threads, then how: `eager` (default) or `compile` (torch.compile), and in which precision: `float32` (default;
TF32 on a GPU that has it, as JAX and Denoise take it) or `bfloat16` (autocast). On a GPU where there is one.
`first`: seconds of the first step, compiling included; `memory`: most bytes that tensors took on the GPU.
"""
import math
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

BATCH, THREADS = int(sys.argv[1]), int(sys.argv[2])
HOW, PRECISION = sys.argv[3:5] if len(sys.argv) > 4 else ("eager", "float32")
DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
WIDTHS, DEPTH, EMBEDDING, SIDE = (32, 64, 96, 128), 2, 32, 64
torch.set_num_threads(THREADS)
torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
torch.backends.cudnn.benchmark = True


class Block(nn.Module):
    def __init__(self, inputs, width):
        super().__init__()
        self.residual = nn.Identity() if inputs == width else nn.Conv2d(inputs, width, 1)
        self.norm = nn.BatchNorm2d(inputs, eps=1e-3, momentum=0.01, affine=False)
        self.conv1 = nn.Conv2d(inputs, width, 3, padding=1)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1)

    def forward(self, x):
        return self.residual(x) + self.conv2(F.silu(self.conv1(self.norm(x))))


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.input = nn.Conv2d(3, WIDTHS[0], 1)
        width, skips = WIDTHS[0] + EMBEDDING, []
        self.down, self.middle, self.up = nn.ModuleList(), nn.ModuleList(), nn.ModuleList()
        for level in WIDTHS[:-1]:
            for _ in range(DEPTH):
                self.down.append(Block(width, level))
                width = level
                skips.append(width)
        for _ in range(DEPTH):
            self.middle.append(Block(width, WIDTHS[-1]))
            width = WIDTHS[-1]
        for level in reversed(WIDTHS[:-1]):
            for _ in range(DEPTH):
                self.up.append(Block(width + skips.pop(), level))
                width = level
        self.output = nn.Conv2d(width, 3, 1)
        nn.init.zeros_(self.output.weight)
        nn.init.zeros_(self.output.bias)
        speeds = 2 * math.pi * torch.exp(torch.linspace(0, math.log(1000), EMBEDDING // 2))
        self.register_buffer("speeds", speeds.view(1, -1, 1, 1), persistent=False)

    def forward(self, x, power):
        angles = self.speeds * power
        embedding = torch.cat([angles.sin(), angles.cos()], 1).expand(-1, -1, SIDE, SIDE)
        x, skips = torch.cat([self.input(x), embedding], 1), []
        x = x.contiguous(memory_format=torch.channels_last)
        for i, block in enumerate(self.down):
            x = block(x)
            skips.append(x)
            if i % DEPTH == DEPTH - 1:
                x = F.avg_pool2d(x, 2)
        for block in self.middle:
            x = block(x)
        for i, block in enumerate(self.up):
            if i % DEPTH == 0:
                x = F.interpolate(x, scale_factor=2, mode="bilinear")
            x = block(torch.cat([x, skips.pop()], 1))
        return self.output(x)


def rates(time_):
    start, end = math.acos(0.95), math.acos(0.02)
    angle = start + time_ * (end - start)
    return torch.cos(angle), torch.sin(angle)


torch.set_default_device(DEVICE)
network = Network().to(memory_format=torch.channels_last)
average = Network().to(memory_format=torch.channels_last).eval().requires_grad_(False)
average.load_state_dict(network.state_dict())
optimizer = torch.optim.AdamW(network.parameters(), lr=1e-3, weight_decay=1e-4, fused=DEVICE == "cuda")
images = torch.randn(BATCH, 3, SIDE, SIDE).contiguous(memory_format=torch.channels_last)
apply, apply_average = (torch.compile(network), torch.compile(average)) if HOW == "compile" else (network, average)
rounded = lambda: torch.autocast(DEVICE, torch.bfloat16, enabled=PRECISION == "bfloat16")
floats = lambda model: [t for t in model.state_dict().values() if t.dtype.is_floating_point]
averages, weights = floats(average), floats(network)


def train():
    noise = torch.randn_like(images)
    signal_rate, noise_rate = rates(torch.rand(BATCH, 1, 1, 1))
    with rounded():
        predicted = apply(signal_rate * images + noise_rate * noise, noise_rate**2)
    loss = (noise - predicted.float()).abs().mean()
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()
    with torch.no_grad():
        torch._foreach_lerp_(averages, weights, 0.001)
    return loss.item()


@torch.no_grad()
def sample(steps=20):
    noisy = torch.randn_like(images)
    for step in range(steps):
        signal_rate, noise_rate = rates(torch.full((BATCH, 1, 1, 1), 1 - step / steps))
        with rounded():
            noise = apply_average(noisy, noise_rate**2).float()
        signal = (noisy - noise_rate * noise) / signal_rate
        signal_rate, noise_rate = rates(torch.full((BATCH, 1, 1, 1), 1 - (step + 1) / steps))
        noisy = signal_rate * signal + noise_rate * noise
    return signal.sum().item()


def timed(work):
    start = time.perf_counter()
    work()  # ends by reading a number, for which all before it has to be done
    return time.perf_counter() - start


answers = {
    "first": lambda: timed(train),
    "train": lambda: timed(train),
    "sample": lambda: timed(sample),
    "memory": lambda: torch.cuda.max_memory_allocated(),
}
where = torch.cuda.get_device_name() if DEVICE == "cuda" else f"{THREADS} threads"
print(f"PyTorch {torch.__version__}, {HOW}, channels-last, {PRECISION}, {where}", flush=True)
for line in sys.stdin:
    print(answers[line.strip()](), flush=True)
