"""Stochastic gradient descent, with momentum."""

import numpy as np

from .optimizer import Optimizer, arguments


class SGD(Optimizer):
    """Step against the gradient: p <- p - lr * g; with momentum along its running sum.

    v <- momentum * v + (1 - dampening) * g, from v = g at the first step;
    p <- p - lr * v, or with nesterov p <- p - lr * (g + momentum * v).
    g has weight_decay * p added.
    Source: Sutskever, Martens, Dahl and Hinton, "On the importance of initialization and
    momentum in deep learning", ICML 2013, their mu our momentum. Their v contains the
    factor lr; here, as in torch, lr stands in front of it.
    """

    def __init__(
        self, params, lr=1e-3, momentum=0, dampening=0, weight_decay=0, nesterov=False, *,
        maximize=False, foreach=None, differentiable=False, fused=None,
    ):  # fmt: skip
        if nesterov and (momentum == 0 or dampening != 0):
            raise ValueError(
                f"SGD: Nesterov momentum requires a momentum and zero dampening, but "
                f"came with momentum={momentum}, dampening={dampening}. "
                f"Write momentum=0.9, dampening=0."
            )
        super().__init__(params, arguments(locals()))

    def update(self, p, g, state, lr, momentum, dampening, nesterov, **_):
        """p <- p - lr * g, or v."""
        if momentum:
            v = state.get("momentum_buffer")
            if v is None:
                v = state["momentum_buffer"] = np.array(g)
            else:
                v *= momentum
                v += (1 - dampening) * g
            g = g + momentum * v if nesterov else v
        p -= lr * g
