"""Adam and AdamW: a running mean of the gradient over the root of one of its square."""

import numpy as np

from .optimizer import Optimizer, arguments


class Adam(Optimizer):
    """Divide a running mean of the gradient by the root of a running mean of its square.

    m <- beta1 * m + (1 - beta1) * g;  v <- beta2 * v + (1 - beta2) * g^2;  at step t
    p <- p - lr * (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + eps)
    g has weight_decay * p added, or with decoupled_weight_decay p <- (1 - lr *
    weight_decay) * p comes first. amsgrad : the greatest v so far in place of v.
    Source: Kingma and Ba, "Adam: a method for stochastic optimization", ICLR 2015,
    algorithm 1, their alpha, epsilon, theta our lr, eps, p. amsgrad: Reddi, Kale and
    Kumar, "On the convergence of Adam and beyond", ICLR 2018.
    """

    def __init__(
        self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, amsgrad=False,
        *, foreach=None, maximize=False, capturable=False, differentiable=False, fused=None,
        decoupled_weight_decay=False,
    ):  # fmt: skip
        super().__init__(params, arguments(locals()))

    def update(self, p, g, state, lr, betas, eps, amsgrad, weight_decay, **options):
        """p <- p - lr * m / sqrt(v), both free of the zeros that they began with."""
        if not state:
            names = ("exp_avg", "exp_avg_sq", "max_exp_avg_sq")[: 3 if amsgrad else 2]
            state |= {"step": 0, **{name: np.zeros_like(p) for name in names}}
        (beta1, beta2), m, v = betas, state["exp_avg"], state["exp_avg_sq"]
        state["step"] = t = state["step"] + 1
        if options["decoupled_weight_decay"]:
            p *= 1 - lr * weight_decay
        m += (1 - beta1) * (g - m)
        v *= beta2
        v += (1 - beta2) * g * g
        if amsgrad:
            v = np.maximum(state["max_exp_avg_sq"], v, out=state["max_exp_avg_sq"])
        root = np.sqrt(v) / (1 - beta2**t) ** 0.5
        p -= lr / (1 - beta1**t) * m / (root + eps)


class AdamW(Adam):
    """Adam whose weight decay shrinks p itself, instead of passing through m and v.

    Source: Loshchilov and Hutter, "Decoupled weight decay regularization", ICLR 2019,
    algorithm 2, their lambda our weight_decay, with torch's factor lr in front of it.
    """

    def __init__(
        self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2, amsgrad=False,
        **options,
    ):  # fmt: skip
        shared = (lr, betas, eps, weight_decay, amsgrad)
        super().__init__(params, *shared, decoupled_weight_decay=True, **options)
