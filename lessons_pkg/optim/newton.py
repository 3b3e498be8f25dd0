"""Newton's method: a step to where the bowl that fits the loss here has its bottom."""

from numbers import Real

import numpy as np

from ..tensor import enable_grad
from .optimizer import Optimizer, arguments

MOST = 500  # numbers in all parameters; the Hessian then holds 250,000


class Newton(Optimizer):
    """Divide the gradient by the curvature: p <- p - lr * (H + damping * I)^-1 g.

    H is the Hessian, d2L / dp dp, over all the parameters at once. Its column i is the
    change of the gradient along p_i, by central differences:
    H_i = (g(p + h e_i) - g(p - h e_i)) / 2h, so that a step computes the gradient
    2n + 2 times for n numbers. For parameters of about size 1, and a gradient not much
    larger than the curvature, float64 gives H nine digits, float32 four. Layers that
    remember, such as BatchNorm, see each of these calls: put the model into eval().
    Source: Nocedal and Wright, "Numerical optimization", 2006, chapters 3 and 8; their
    B our H. Damping: Levenberg, "A method for the solution of certain non-linear
    problems in least squares", 1944.
    """

    def __init__(self, params, lr=1.0, damping=0.0):
        super().__init__(params, arguments(locals()))

    def add_param_group(self, param_group):
        """Refuse a second group: one Hessian joins all the parameters."""
        if self.param_groups:
            raise ValueError(
                "Newton: params came in several groups, but one Hessian joins all the "
                "parameters. Give one list of parameters."
            )
        super().add_param_group(param_group)
        n = sum(p.array.size for p in self._params())
        if n > MOST:
            raise ValueError(
                f"Newton: params hold {n} numbers, but the Hessian has the square of that "
                f"many, so at most {MOST} are taken. Use SGD or Adam, or fewer parameters."
            )

    def _check_option(self, name, value):
        super()._check_option(name, value)
        finite = isinstance(value, Real) and 0 <= value < np.inf
        if name in ("lr", "damping") and not finite:
            raise ValueError(
                f"Newton: {name} must be a finite number of 0 or more, such as 0.01, but "
                f"came as {value!r}."
            )

    def step(self, closure=None):
        """Change all the parameters that have a gradient, by one solved system.

        closure : function that sets the gradients to zero, computes the loss, calls its
            backward and returns it; the same loss each time, without random parts
        Returns the loss before the step.
        Raises TypeError without a closure. ValueError, with the parameters as they were,
        for a closure without backward, for a gradient that is not finite or differs from
        call to call, and for a Hessian that is singular or curves downwards.
        """
        if not callable(closure):
            raise TypeError(
                "Newton: step needs a closure, for it computes the gradient many times. "
                "Give a function that calls zero_grad, the loss and its backward, and "
                "returns the loss."
            )
        with enable_grad():
            self.zero_grad()
            loss = closure()
            params = [p for p in self._params() if p.grad is not None]
            if not params:
                raise ValueError(
                    "Newton: no parameter has a gradient after the closure. Let it call "
                    "backward on the loss."
                )
            g = _gradient(params)
            self._move(params, g, self._hessian(params, g, closure))
        return loss

    def _hessian(self, params, g, closure):
        """Return H (n, n), and leave parameters and gradients as they were."""
        start = [p.array.copy() for p in params]

        def gradient():
            self.zero_grad()
            closure()
            return _gradient(params)

        try:
            columns = [
                _column(p, i, gradient) for p in params for i in range(p.array.size)
            ]
        finally:
            for p, array in zip(params, start, strict=True):
                p.array[...] = array
                p.bump()
        if not np.allclose(gradient(), g, rtol=1e-4, atol=1e-4 * np.abs(g).max()):
            raise ValueError(
                "Newton: the closure gave two different gradients for the same parameters, "
                "but their difference must come from the parameters alone. Give it the "
                "same examples each time, without dropout or other random parts."
            )
        hessian = np.stack(columns)
        return (hessian + hessian.T) / 2

    def _move(self, params, g, hessian):
        """p <- p - lr * (H + damping * I)^-1 g."""
        lr, damping = (float(self.param_groups[0][name]) for name in ("lr", "damping"))
        hessian = hessian + damping * np.eye(len(g))
        self._check_curvature(np.linalg.eigvalsh(hessian), params)
        change, first = lr * np.linalg.solve(hessian, g), 0
        for p in params:
            n = p.array.size
            p.array -= change[first : first + n].reshape(p.shape).astype(p.dtype)
            p.bump()
            first += n

    def _check_curvature(self, curvatures, params):
        """Refuse a Hessian by its eigenvalues, which come in rising order."""
        least, size = curvatures[0], np.abs(curvatures).max()
        # Differences of rounded gradients are wrong by about this part of the greatest.
        error = 10 * max(np.finfo(p.dtype).eps for p in params) ** (2 / 3)
        if least > error * size:
            return
        if least < -error * size:
            wrong = (
                "curves downwards in some direction, where the step would lead uphill, to "
                "a saddle or a top"
            )
            advice = f"Give a damping above {-least + self._damping():.3g}"
        else:
            wrong = (
                "is singular as far as its digits go: in some direction the loss curves "
                "too little, next to the greatest curvature, for the length of the step "
                "to be known"
            )
            advice = f"Give a damping, such as {max(1e-3 * size, 1e-3):.3g}"
        raise ValueError(
            f"Newton: the Hessian {wrong} (curvatures from {least:.3g} to "
            f"{curvatures[-1]:.3g}). {advice}, or start elsewhere."
        )

    def _damping(self):
        return float(self.param_groups[0]["damping"])


def _column(p, i, gradient):
    """Return the change of the gradient (n,) per change of entry i of p."""
    here = np.unravel_index(i, p.shape)
    middle = p.array[here]
    h = np.finfo(p.dtype).eps ** (1 / 3) * max(1.0, abs(float(middle)))
    ends, found = [], []
    for sign in (1, -1):
        p.array[here] = middle + sign * h
        p.bump()
        ends.append(float(p.array[here]))  # as far as it went, rounded
        found.append(gradient())
    p.array[here] = middle
    return (found[0] - found[1]) / (ends[0] - ends[1])


def _gradient(params):
    """Return the gradients of all parameters in one row (n,) of float64."""
    parts = [
        np.zeros(p.array.size) if p.grad is None else p.grad.array.ravel()
        for p in params
    ]
    g = np.concatenate(parts).astype(float)
    if not np.isfinite(g).all():
        raise ValueError(
            "Newton: the gradient holds a value that is not finite (inf or nan). Take "
            "shorter steps with lr below 1, give a damping, or start elsewhere."
        )
    return g
