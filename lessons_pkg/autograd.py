"""Gradient checking: what backward gives, against finite differences."""

import numpy as np

from .tensor import Tensor, enable_grad, no_grad
from .tensor.tape import edge_to, walk_back

__all__ = ["GradcheckError", "enable_grad", "gradcheck", "no_grad"]


class GradcheckError(RuntimeError):
    """What backward gives is not the gradient."""


def gradcheck(func, inputs, *, eps=1e-6, atol=1e-5, rtol=1e-3, raise_exception=True):
    """Compare each dy/dx of backward with (func(x + eps) - func(x - eps)) / (2 eps).

    func : function of Tensors that gives a Tensor or several, the same for the same inputs
    inputs : Tensor or tuple of them; those that require a gradient are checked
    Returns True if all differ by at most atol + rtol * |expected|.
    Raises GradcheckError if not, or returns False if raise_exception is False;
    ValueError for what is not float64, and where there is nothing to check.
    """
    inputs = [inputs] if isinstance(inputs, Tensor) else list(inputs)
    # A leaf stays itself, as func may know it already; what has a history becomes a leaf.
    inputs = [
        x.detach().clone().requires_grad_() if _checked(x) and not x.is_leaf else x
        for x in inputs
    ]
    leaves = {i: x for i, x in enumerate(inputs) if _checked(x)}
    if not leaves:
        raise ValueError(
            "gradcheck expects at least one input tensor to require gradient, but none "
            "of them have requires_grad=True. Make it with requires_grad=True."
        )
    _demand_float64("input", leaves)
    try:
        with np.errstate(all="ignore"):
            _check(func, inputs, leaves, eps, atol, rtol)
    except GradcheckError:
        if raise_exception:
            raise
    else:
        return True
    return False


def _checked(x):
    return isinstance(x, Tensor) and x.requires_grad


def _demand_float64(kind, tensors):
    for i, t in tensors.items():
        if t.dtype != np.float64:
            raise ValueError(
                f"gradcheck: {kind} {i} has dtype {t.dtype}, which rounds away the small "
                f"differences that the check lives on. Make it float64: x.double()."
            )


def _outputs(func, inputs):
    """The outputs that can have a gradient, by their numbers."""
    outputs = func(*inputs)
    outputs = [outputs] if isinstance(outputs, Tensor) else outputs
    outputs = {k: y for k, y in enumerate(outputs) if y.dtype.kind == "f"}
    _demand_float64("output", outputs)
    return outputs


def _values(func, inputs):
    with no_grad():
        return {k: y.array.copy() for k, y in _outputs(func, inputs).items()}


def _check(func, inputs, leaves, eps, atol, rtol):
    with enable_grad():
        outputs = _outputs(func, inputs)
    if not outputs:
        raise ValueError(
            "gradcheck: no output is a float, so there is nothing to check."
        )
    values = {k: y.array.copy() for k, y in outputs.items()}
    got = {k: _by_backward(y, leaves) for k, y in outputs.items()}
    for k, again in _values(func, inputs).items():
        if not np.array_equal(again, values[k], equal_nan=True):
            raise GradcheckError(
                f"gradcheck: output {k} is another one when func is called again with "
                f"the same inputs. Seed what is random inside it; change no input."
            )
    for i, x in leaves.items():
        expected = _by_differences(func, inputs, x, values, eps)
        for k in outputs:
            _compare((i, x), k, expected[k], got[k][i], atol, rtol)


def _by_backward(y, leaves):
    """dy/dx for each input x: (*y.shape, *x.shape)."""
    found = {i: np.zeros(y.shape + x.shape) for i, x in leaves.items()}
    for of in np.ndindex(y.shape) if y.requires_grad else ():
        one = np.zeros(y.shape)
        one[of] = 1
        gradients, _ = walk_back(*edge_to(y), one, retain_graph=True)
        for i, x in leaves.items():
            dx = np.asarray(gradients.get(x, np.zeros(x.shape)))
            if dx.shape != x.shape:
                raise GradcheckError(
                    f"gradcheck: backward gives input {i}, of shape {x.shape}, a "
                    f"gradient of shape {dx.shape}. They must be the same."
                )
            found[i][of] = dx
    return found


def _by_differences(func, inputs, x, values, eps):
    """dy/dx for each output y: (*y.shape, *x.shape)."""
    found = {k: np.zeros(y.shape + x.shape) for k, y in values.items()}
    for at in np.ndindex(x.shape):
        value = x.array[at]
        x.array[at] = value + eps
        above = _values(func, inputs)
        x.array[at] = value - eps
        below = _values(func, inputs)
        x.array[at] = value
        for k, dy in found.items():
            dy[(..., *at)] = (above[k] - below[k]) / (2 * eps)
    return found


def _compare(i_x, k, expected, got, atol, rtol):
    """Name the worst entry, if any is wrong."""
    excess = np.abs(got - expected) / (atol + rtol * np.abs(expected))
    wrong = ~(excess <= 1)  # nan is wrong too
    if not wrong.any():
        return
    worst = np.unravel_index(np.nan_to_num(excess, nan=np.inf).argmax(), got.shape)
    (i, x), index = i_x, tuple(map(int, worst))
    of, at = index[: got.ndim - x.ndim], index[got.ndim - x.ndim :]
    factor = (got * expected).sum() / (expected**2).sum()
    steady = np.allclose(got, factor * expected, rtol, atol)
    raise GradcheckError(
        f"gradcheck: the gradient with respect to input {i} at index {at}, of output {k} "
        f"at index {of}: expected {expected[worst]:.6g} (numeric), got {got[worst]:.6g} "
        f"(backward). {wrong.sum()} of {wrong.size} entries are wrong."
        + (f" All are {factor:.4g} times what is expected." if steady else "")
    )
