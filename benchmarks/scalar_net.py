"""Workload f: a network of single numbers, written once for scalar.Value and the baseline.

2-16-16-1 neurons on 100 points in two classes, the hinge loss over all of them, one backward
and one step: an epoch of training by hand.
"""

import itertools

import numpy as np

SIZES, POINTS = (2, 16, 16, 1), 100
TITLE, GOAL = "scalar.Value 2-16-16-1, 100 points, one epoch", 1 / 12


def scalar_net(number, points=POINTS):
    """Return the weights, as numbers of this class, and one epoch of training them."""
    rng = np.random.default_rng(0)
    layers = [
        [[number(float(w)) for w in rng.uniform(-1, 1, n_in + 1)] for _ in range(n_out)]
        for n_in, n_out in itertools.pairwise(SIZES)
    ]
    weights = [w for layer in layers for neuron in layer for w in neuron]
    x = rng.normal(size=(points, 2))
    signs = np.where(x[:, 0] * x[:, 1] > 0, 1.0, -1.0)

    def predict(values):
        for i, layer in enumerate(layers):
            values = [
                sum((w * v for w, v in zip(ws, values, strict=True)), bias)
                for bias, *ws in layer
            ]
            if i < len(layers) - 1:
                values = [v.relu() for v in values]
        return values[0]

    def epoch():
        losses = [
            (1.0 - sign * predict(point)).relu()
            for point, sign in zip(x.tolist(), signs.tolist(), strict=True)
        ]
        loss = sum(losses[1:], losses[0]) * (1 / points)
        for w in weights:
            w.grad = 0.0
        loss.backward()
        for w in weights:
            w.data -= 0.1 * w.grad
        return loss

    return weights, epoch
