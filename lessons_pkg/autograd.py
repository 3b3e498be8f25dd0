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
    leaves = {}
    for i, x in enumerate(inputs):
        if isinstance(x, Tensor) and x.requires_grad:
            # A leaf stays itself, as func may know it already.
            inputs[i] = x if x.is_leaf else x.detach().clone().requires_grad_()
            leaves[f"input {i}"] = inputs[i]
    if not leaves:
        raise ValueError(
            "gradcheck expects at least one input tensor to require gradient, but none "
            "of them have requires_grad=True. Make it with requires_grad=True."
        )
    _demand_float64(leaves)
    try:
        with np.errstate(all="ignore"):
            _check(func, inputs, leaves, eps, atol, rtol)
    except GradcheckError:
        if raise_exception:
            raise
        return False
    return True


def _demand_float64(tensors):
    for name, t in tensors.items():
        if t.dtype != np.float64:
            raise ValueError(
                f"gradcheck: {name} has dtype {t.dtype}, which rounds away the small "
                f"differences that the check lives on. Make it float64: x.double()."
            )


def _outputs(func, inputs):
    """The outputs that can have a gradient, by their names."""
    ys = func(*inputs)
    ys = [ys] if isinstance(ys, Tensor) else ys
    outputs = {f"output {k}": y for k, y in enumerate(ys) if y.dtype.kind == "f"}
    _demand_float64(outputs)
    return outputs


def _values(func, inputs):
    with no_grad():
        return {name: y.array.copy() for name, y in _outputs(func, inputs).items()}


def _check(func, inputs, leaves, eps, atol, rtol):
    with enable_grad():
        outputs = _outputs(func, inputs)
    if not outputs:
        raise ValueError(
            "gradcheck: no output is a float, so there is nothing to check."
        )
    got = {name: _by_backward(y, leaves) for name, y in outputs.items()}
    for name, again in _values(func, inputs).items():
        if not np.array_equal(again, outputs[name].array, equal_nan=True):
            raise GradcheckError(
                f"gradcheck: {name} is another one when func is called again with the "
                f"same inputs. Seed what is random inside it; change no input."
            )
    for wrt, x in leaves.items():
        expected = _by_differences(func, inputs, x, outputs, eps)
        for of in outputs:
            _compare(wrt, of, expected[of], got[of][wrt], x.ndim, atol, rtol)


def _by_backward(y, leaves):
    """dy/dx for each input x: (*y.shape, *x.shape)."""
    found = {name: np.zeros(y.shape + x.shape) for name, x in leaves.items()}
    for of in np.ndindex(y.shape) if y.requires_grad else ():
        one = np.zeros(y.shape)
        one[of] = 1
        gradients, _ = walk_back(*edge_to(y), one, retain_graph=True)
        for name, x in leaves.items():
            dx = np.asarray(gradients.get(x, np.zeros(x.shape)))
            if dx.shape != x.shape:
                raise GradcheckError(
                    f"gradcheck: backward gives {name}, of shape {x.shape}, a gradient "
                    f"of shape {dx.shape}. They must be the same."
                )
            found[name][of] = dx
    return found


def _by_differences(func, inputs, x, outputs, eps):
    """dy/dx for each output y: (*y.shape, *x.shape)."""
    found = {name: np.zeros(y.shape + x.shape) for name, y in outputs.items()}
    for at in np.ndindex(x.shape):
        value = x.array[at]
        x.array[at] = value + eps
        above = _values(func, inputs)
        x.array[at] = value - eps
        below = _values(func, inputs)
        x.array[at] = value
        for name, dy in found.items():
            dy[(..., *at)] = (above[name] - below[name]) / (2 * eps)
    return found


def _compare(wrt, of, expected, got, n_axes, atol, rtol):
    """Name the worst entry, if any is wrong."""
    excess = np.abs(got - expected) / (atol + rtol * np.abs(expected))
    wrong = ~(excess <= 1)  # nan is wrong too
    if not wrong.any():
        return
    worst = np.unravel_index(np.nan_to_num(excess, nan=np.inf).argmax(), got.shape)
    index = tuple(map(int, worst))  # of the output, then of the input
    split = got.ndim - n_axes
    factor = (got * expected).sum() / (expected**2).sum()
    steady = np.allclose(got, factor * expected, rtol, atol)
    raise GradcheckError(
        f"gradcheck: the gradient with respect to {wrt} at index {index[split:]}, of {of} "
        f"at index {index[:split]}: expected {expected[worst]:.6g} (numeric), got "
        f"{got[worst]:.6g} (backward). {wrong.sum()} of {wrong.size} entries are wrong."
        + (f" All are {factor:.4g} times what is expected." if steady else "")
    )
