"""Matrix products: many neurons at once.

Shapes: N examples, in = in_features, out = out_features.
"""

import numpy as np

from .elementwise import unbroadcast
from .inputs import as_float, reads


def matmul(x, other):
    """y = x @ other: (..., n, k) @ (..., k, m) -> (..., n, m); (k,) is a row or column."""
    x, other = np.asarray(x), np.asarray(other)
    if x.ndim == 0 or x.shape[-1:] != other.shape[-2:][:1]:
        raise ValueError(
            f"matmul: the last axis of x {x.shape} must be as long as the last but one, or "
            f"only, axis of other {other.shape}. For a single number write x * other."
        )
    return np.matmul(x, other), (x, other)


@reads((1,), (0,))
def matmul_backward(dy, cache, needs=(True, True)):
    """dL/dx = dy @ other.T, dL/dother = x.T @ dy: the only products whose shapes fit."""
    x, other = cache
    row, column = x.ndim == 1, other.ndim == 1
    rows = x[None, :] if row else x
    columns = other[:, None] if column else other
    if row:
        dy = np.expand_dims(dy, -1 if column else -2)
    if column:
        dy = np.expand_dims(dy, -1)
    dx = dother = None
    if needs[0]:
        dx = unbroadcast(dy @ columns.swapaxes(-1, -2), rows.shape).reshape(x.shape)
    if needs[1]:
        dother = unbroadcast(rows.swapaxes(-1, -2) @ dy, columns.shape)
        dother = dother.reshape(other.shape)
    return dx, dother


def einsum(equation, *operands):
    """Multiply, then sum over each letter that the output lacks: "ij,jk->ik" is matmul."""
    terms, output = _parse(equation, operands)
    y = np.einsum(f"{','.join(terms)}->{output}", *operands, optimize=len(terms) > 2)
    y = y if y.base is None else y.copy()  # not a view of an operand
    return y, (terms, output, operands)


def einsum_backward(dy, cache):
    """Each operand's gradient is an einsum too: of dy and all the other operands."""
    terms, output, operands = cache
    gradients = []
    for i, (term, x) in enumerate(zip(terms, operands, strict=True)):
        known = ",".join([output, *terms[:i], *terms[i + 1 :]])
        others = (dy, *operands[:i], *operands[i + 1 :])
        kept = "".join(letter for letter in term if letter in known)
        dx = np.einsum(f"{known}->{kept}", *others, optimize=len(terms) > 2)
        # A letter of this term alone was summed: its gradient is the same all along.
        alone = [axis for axis, letter in enumerate(term) if letter not in known]
        dx = np.expand_dims(dx, tuple(alone))
        dx = np.broadcast_to(dx, np.broadcast_shapes(dx.shape, x.shape))
        gradients.append(unbroadcast(dx, x.shape).astype(x.dtype, copy=False))
    return tuple(gradients)


def _parse(equation, operands):
    """Split an equation into its terms and output, "..." written out as capital letters."""
    inputs, arrow, output = equation.replace(" ", "").partition("->")
    terms = inputs.split(",")
    if len(terms) != len(operands):
        raise ValueError(
            f"einsum: {equation!r} names {len(terms)} operands, but {len(operands)} came."
        )
    spare = "".join(c for c in "ZYXWVUTSRQPONMLKJIHGFEDCBA" if c not in equation)
    longest = ""
    for i, (term, x) in enumerate(zip(terms, operands, strict=True)):
        if "..." in term:
            n = np.ndim(x) - len(term) + len("...")
            dots = spare[len(spare) - n :]  # counted from the right, as in broadcasting
            longest = max(longest, dots, key=len)
            terms[i] = term = term.replace("...", dots)
        if len(term) != np.ndim(x):
            raise ValueError(
                f"einsum: the term {i} of {equation!r} does not fit an operand of "
                f"shape {np.shape(x)}: write one letter for each axis."
            )
        if len(set(term)) < len(term):
            raise NotImplementedError(
                f"einsum: a letter twice in {term!r} is not supported here; "
                f"use torch.einsum"
            )
    letters = "".join(terms)
    if not arrow:  # every letter that appears once, in the order of the alphabet
        once = sorted(c for c in set(letters) - set(longest) if letters.count(c) == 1)
        output = "..." * bool(longest) + "".join(once)
    return terms, output.replace("...", longest)


def linear(x, weight, bias=None):
    """Compute many weighted sums at once: y = x @ weight.T + bias.

    x      : (N, in), or (in,), or (..., in); y is (N, out), or (out,), or (..., out)
    weight : (out, in), one neuron a row, as torch.nn.Linear stores it
    bias   : (out,) or None
    Source: Rumelhart, Hinton and Williams, "Learning representations by back-propagating
    errors", Nature 323, 1986, equation 1: their y_i, w_ji, x_j our x, weight, y.

    >>> linear([1.0, 2.0], weight=[[3.0, 4.0], [0.0, -1.0], [5.0, 0.0]])[0]
    array([11., -2.,  5.])
    """
    x = as_float("linear", "x", x)
    weight = as_float("linear", "weight", weight)
    _check_shapes(x, weight)
    # One product of two matrices: NumPy would multiply (N, T, in) in N separate steps.
    y = (x.reshape(-1, x.shape[-1]) @ weight.T).reshape(*x.shape[:-1], len(weight))
    if bias is not None:
        bias = as_float("linear", "bias", bias)
        if bias.shape != weight.shape[:1]:
            raise ValueError(
                f"linear: bias must have shape ({len(weight)},) to go with weight "
                f"{weight.shape}, but came with shape {bias.shape}. "
                f"Give one number for each neuron."
            )
        y = y + bias if y.dtype != bias.dtype else np.add(y, bias, out=y)
    return y, (x, weight, bias)


@reads((1,), (0,), ())
def linear_backward(dy, cache, needs=(True, True, True)):
    """Return dx = dy @ weight, dweight = dy.T @ x, dbias = dy summed over examples."""
    x, weight, bias = cache
    dy = np.asarray(dy, dtype=np.result_type(x, weight))
    dx = dy @ weight if needs[0] else None
    rows = dy.reshape(-1, dy.shape[-1])  # (N, out); one row for x (in,)
    dweight = rows.T @ x.reshape(-1, x.shape[-1]) if needs[1] else None
    dbias = rows.sum(axis=0) if needs[2] and bias is not None else None
    return dx, dweight, dbias


def _check_shapes(x, weight):
    if weight.ndim != 2:
        raise ValueError(
            f"linear: weight must have shape (out_features, in_features), "
            f"but came with shape {weight.shape}. For one neuron write weight[None, :]."
        )
    if x.ndim == 0 or x.shape[-1] != weight.shape[1]:
        size = f"{x.shape[-1]} features" if x.ndim else "no axis of features"
        raise ValueError(
            f"linear: x of shape {x.shape} has {size}, but weight {weight.shape} "
            f"expects {weight.shape[1]}. Weight is (out_features, in_features)."
        )
