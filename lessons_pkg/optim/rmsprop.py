"""RMSprop: each entry has its own step, by the size of its recent gradients."""

import numpy as np

from .optimizer import Optimizer, arguments


class RMSprop(Optimizer):
    """Divide the gradient by the root of a running mean of its square.

    s <- alpha * s + (1 - alpha) * g^2;  p <- p - lr * g / (sqrt(s) + eps)
    centered : m <- alpha * m + (1 - alpha) * g, and sqrt(s - m^2) in place of sqrt(s)
    momentum : b <- momentum * b + g / (sqrt(s) + eps);  p <- p - lr * b
    g has weight_decay * p added.
    Source: Hinton, "Neural Networks for Machine Learning", lecture 6e, 2012. centered,
    momentum: Graves, "Generating sequences with recurrent neural networks", 2013,
    equations 38 to 41, his n_i, g_i, Delta_i our s, m, -lr * b; his eps is in the root.
    """

    def __init__(
        self, params, lr=1e-2, alpha=0.99, eps=1e-8, weight_decay=0, momentum=0,
        centered=False, capturable=False, foreach=None, maximize=False, differentiable=False,
    ):  # fmt: skip
        super().__init__(params, arguments(locals()))

    def update(self, p, g, state, lr, alpha, eps, momentum, centered, **_):
        """p <- p - lr * g / (sqrt(s) + eps)."""
        if not state:
            state |= {"step": 0, "square_avg": np.zeros_like(p)}
            state |= {"momentum_buffer": np.zeros_like(p)} if momentum else {}
            state |= {"grad_avg": np.zeros_like(p)} if centered else {}
        state["step"] += 1
        s = state["square_avg"]
        s *= alpha
        s += (1 - alpha) * g * g
        if centered:
            m = state["grad_avg"]
            m += (1 - alpha) * (g - m)
            s = s - m * m
        scaled = g / (np.sqrt(s) + eps)
        if momentum:
            b = state["momentum_buffer"]
            b *= momentum
            b += scaled
            scaled = b
        p -= lr * scaled
