"""What is timed: models, losses and steps as a reader writes them, once for both engines.

A workload is a function of the library, `lessons_pkg` or `torch`. It returns the model, the
tensors whose gradients count besides, and `step`, one call of which is timed. All numbers
are float32; each engine has one thread.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

WORKLOADS = {}


@dataclass(frozen=True)
class Workload:
    """One line of the table."""

    key: str  # its letter; a number tells two forms of one workload apart
    title: str
    goal: float  # our time over torch's, at most
    build: Any  # (library) -> (model, inputs, step)


def workload(key, title, goal):
    """Register the function that builds a workload."""

    def register(build):
        WORKLOADS[key] = Workload(key, title, goal, build)
        return build

    return register


def normal(*shape):
    """Draw the same numbers for both engines."""
    return np.random.default_rng(shape).normal(size=shape).astype(np.float32)


def training(lib, model, loss, x, target):
    """Return the model and one step of training it: forward, backward, SGD."""
    x, target = lib.tensor(x), lib.tensor(target)
    optimizer = lib.optim.SGD(model.parameters(), lr=0.01)

    def step():
        optimizer.zero_grad()
        value = loss(model(x), target)
        value.backward()
        optimizer.step()
        return value

    return model, (), step


LABELS = np.arange(64) % 10


@workload("a", "MLP 784-128-10, batch 64", goal=0.9)
def mlp(lib):
    """Two layers on pictures of 28 by 28, flattened."""
    nn = lib.nn
    model = nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))
    return training(lib, model, nn.functional.cross_entropy, normal(64, 784), LABELS)


@workload("b", "CNN 28x28, 2 conv 3x3, 2 pool, 2 dense, batch 64", goal=1.2)
def cnn(lib):
    """Two convolutions of 32 and 64 channels, each with ReLU and pooling; two layers."""
    nn = lib.nn
    model = nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(64 * 7 * 7, 64),
        nn.ReLU(),
        nn.Linear(64, 10),
    )
    x = normal(64, 1, 28, 28)
    return training(lib, model, nn.functional.cross_entropy, x, LABELS)


@workload("c", "Conv2d 64x32x28x28 to 64, 3x3, forward, backward", goal=1.8)
def conv(lib):
    """One convolution in the middle of a network: its input needs a gradient too."""
    model = lib.nn.Conv2d(32, 64, 3, padding=1)
    x = lib.tensor(normal(64, 32, 28, 28), requires_grad=True)
    dy = lib.tensor(normal(64, 64, 28, 28))

    def step():
        model.zero_grad()
        x.grad = None
        y = model(x)
        y.backward(dy)
        return y

    return model, (x,), step


@workload("d", "LSTM, batch 32, 64 steps, 64 to 128", goal=1.8)
def lstm(lib):
    """All hidden states of a sequence, pulled towards given ones."""
    nn = lib.nn

    class Sequence(nn.Module):
        def __init__(self):
            super().__init__()
            self.lstm = nn.LSTM(64, 128)

        def forward(self, x):
            hidden, _ = self.lstm(x)
            return hidden

    x, target = normal(64, 32, 64), normal(64, 32, 128)
    return training(lib, Sequence(), nn.functional.mse_loss, x, target)


@workload("e1", "self-attention by hand, 16x64x128, 4 heads", goal=1.0)
def attention(lib):
    """Queries, keys and values from one layer; heads split and joined by hand."""
    nn = lib.nn

    class Attention(nn.Module):
        def __init__(self):
            super().__init__()
            self.qkv, self.out = nn.Linear(128, 3 * 128), nn.Linear(128, 128)

        def forward(self, x):
            n, length, width = x.shape
            heads = self.qkv(x).reshape(n, length, 3, 4, width // 4)
            q, k, v = heads.permute(2, 0, 3, 1, 4)  # each (n, 4, length, 32)
            y = nn.functional.scaled_dot_product_attention(q, k, v)
            return self.out(y.transpose(1, 2).reshape(n, length, width))

    x, target = normal(16, 64, 128), normal(64, 16, 128).swapaxes(0, 1)
    return training(lib, Attention(), nn.functional.mse_loss, x, target)


@workload("e2", "nn.MultiheadAttention, the same sizes", goal=1.0)
def multihead(lib):
    """The layer of the library."""
    nn = lib.nn

    class Attention(nn.Module):
        def __init__(self):
            super().__init__()
            self.attention = nn.MultiheadAttention(128, 4, batch_first=True)

        def forward(self, x):
            return self.attention(x, x, x, need_weights=False)[0]

    x, target = normal(16, 64, 128), normal(64, 16, 128).swapaxes(0, 1)
    return training(lib, Attention(), nn.functional.mse_loss, x, target)
