"""Adagrad: each entry has its own step, by the size of all its gradients so far."""

import numpy as np

from .optimizer import Optimizer, arguments


class Adagrad(Optimizer):
    """Divide the gradient by the root of the sum of its squares.

    s <- s + g^2, from initial_accumulator_value;  at step t = 1, 2, ...
    p <- p - lr / (1 + (t - 1) * lr_decay) * g / (sqrt(s) + eps)
    g has weight_decay * p added.
    Source: Duchi, Hazan and Singer, "Adaptive subgradient methods for online learning and
    stochastic optimization", JMLR 12, 2011, figure 1 with diagonal matrices: their eta,
    delta, s_t our lr, eps, sqrt(s). lr_decay is torch's.
    """

    def __init__(
        self, params, lr=1e-2, lr_decay=0, weight_decay=0, initial_accumulator_value=0,
        eps=1e-10, foreach=None, *, maximize=False, differentiable=False, fused=None,
    ):  # fmt: skip
        super().__init__(params, arguments(locals()))

    def update(self, p, g, state, lr, lr_decay, eps, initial_accumulator_value, **_):
        """p <- p - lr * g / (sqrt(s) + eps)."""
        if not state:
            state |= {"step": 0, "sum": np.full_like(p, initial_accumulator_value)}
        lr = lr / (1 + state["step"] * lr_decay)
        state["step"] += 1
        s = state["sum"]
        s += g * g
        p -= lr * g / (np.sqrt(s) + eps)
