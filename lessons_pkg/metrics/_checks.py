"""What the metrics accept: one check for each sort of argument, with its sentence."""

import operator

import numpy as np


def pair(who, predicted, target):
    """Return predicted and target as (N,) classes of one length, N > 0."""
    predicted = classes(who, "predicted", predicted)
    target = classes(who, "target", target)
    if len(predicted) != len(target):
        raise ValueError(
            f"{who}: predicted has {len(predicted)} classes, but target has "
            f"{len(target)}. Give both for the same examples."
        )
    return not_empty(who, predicted, target)


def classes(who, name, values):
    """Return values as whole numbers, (N,)."""
    values = array(who, name, values)
    if values.ndim != 1:
        raise ValueError(
            f"{who}: {name} must have shape (N,), but came with shape {values.shape}. "
            f"Turn scores (N, C) into classes with argmax(axis=1)."
        )
    if values.dtype.kind not in "biuf":
        raise TypeError(
            f"{who}: {name} must hold class numbers, but its dtype is {values.dtype}. "
            f"Number the classes from 0."
        )
    whole = np.isfinite(values) & (values == np.rint(values))
    whole &= np.abs(values.astype(float)) < 2**53  # beyond it floats have gaps
    if not whole.all():
        raise ValueError(
            f"{who}: {name} holds {values[~whole][0]}, which is not a class. "
            f"Turn scores into classes first, for example with (scores > 0.5)."
        )
    return values.astype(np.int64)


def array(who, name, values):
    """Return values, of a tensor without its gradient, as an array of any shape and dtype."""
    try:
        return np.asarray(values.detach() if hasattr(values, "detach") else values)
    except ValueError:
        raise ValueError(
            f"{who}: {name} has rows of different lengths, which make no array. "
            "Give as many numbers in each."
        ) from None


def not_empty(who, predicted, target, name="predicted"):
    """Return both, where there is an example."""
    if not len(target):
        raise ValueError(
            f"{who}: {name} and target are empty, and a share of nothing is "
            "undefined. Give at least one example."
        )
    return predicted, target


def numbers(who, name, values, shapes):
    """Return values as finite floats; `shapes` maps the ndim allowed to its text."""
    values = array(who, name, values)
    if values.ndim not in shapes:
        raise ValueError(
            f"{who}: {name} must have shape {' or '.join(shapes.values())}, but came "
            f"with shape {values.shape}. {_advice(name, shapes)}"
        )
    if values.dtype.kind not in "biuf":
        raise TypeError(
            f"{who}: {name} must hold real numbers, but its dtype is {values.dtype}. "
            "Turn it into floats first."
        )
    if not np.isfinite(values).all():
        index = tuple(int(i) for i in np.argwhere(~np.isfinite(values))[0])
        raise ValueError(
            f"{who}: {name} holds {values[index]} at index {list(index)}. "
            "Give finite numbers only."
        )
    # What is float already keeps its precision: log_loss asks for it.
    return values if values.dtype.kind == "f" else values.astype(float)


def _advice(name, shapes):
    if 2 in shapes:
        return "Give one row an example."
    if name in ("scores", "probabilities"):
        return "Give one number an example; of probabilities (N, 2) take p[:, 1]."
    return "Give a list of numbers."


def whole_number(who, name, value, least):
    """Return value as an int that is at least `least`."""
    try:
        value = repr(value) if isinstance(value, bool) else operator.index(value)
    except TypeError:
        value = repr(value)
    if isinstance(value, str) or value < least:
        raise ValueError(
            f"{who}: {name}={value} must be a whole number of at least {least}. "
            "Give such a number."
        )
    return value


def same_length(who, name, values, target):
    """Return values and target, where they are as many, and not none."""
    if len(values) != len(target):
        raise ValueError(
            f"{who}: {name} are for {len(values)} examples, but target has "
            f"{len(target)}. Give both for the same examples."
        )
    return not_empty(who, values, target, name)


def zeros_and_ones(who, target):
    """Return target as (N,) of 0 and 1."""
    target = classes(who, "target", target)
    strange = target[(target != 0) & (target != 1)]
    if len(strange):
        raise ValueError(
            f"{who}: target holds {strange[0]}, but must hold 0 and 1 only. For one "
            f"class against all others give (target == {strange[0]})."
        )
    return target


def scored(who, scores, target):
    """Return scores as (N,) floats and target as (N,) of 0 and 1."""
    scores = numbers(who, "scores", scores, {1: "(N,)"}).astype(float)
    return same_length(who, "scores", scores, zeros_and_ones(who, target))


def believed(who, probabilities, target):
    """Return probabilities of class 1, (N,), and target as (N,) of 0 and 1."""
    p = numbers(who, "probabilities", probabilities, {1: "(N,)"})
    p = _from_0_to_1(who, p)
    return same_length(who, "probabilities", p, zeros_and_ones(who, target))


def distributions(who, probabilities, target):
    """Return probabilities as (N, C), C > 1, and target as (N,) classes below C."""
    shapes = {1: "(N,)", 2: "(N, C)"}
    p = numbers(who, "probabilities", probabilities, shapes)
    if p.ndim == 1:
        p, target = believed(who, p, target)
        return np.stack([1 - p, p], axis=1), target
    target = classes(who, "target", target)
    p, target = same_length(who, "probabilities", _from_0_to_1(who, p), target)
    _require_sums_of_1(who, p)
    _require_columns(who, p, target)
    return p, target


def _from_0_to_1(who, p):
    outside = (p < 0) | (p > 1)
    if outside.any():
        raise ValueError(
            f"{who}: probabilities holds {p[outside][0]}, which is not from 0 to 1. "
            "Turn scores into probabilities first, with a sigmoid or a softmax."
        )
    return p


def _require_sums_of_1(who, p):
    sums = p.sum(axis=1)
    wrong = np.abs(sums - 1) > np.sqrt(np.finfo(p.dtype).eps)
    if wrong.any():
        row = int(wrong.argmax())
        raise ValueError(
            f"{who}: row {row} of probabilities sums to {sums[row]:g}, not to 1. "
            "Turn scores (N, C) into probabilities first, with a softmax."
        )


def _require_columns(who, p, target):
    n_classes = p.shape[1]
    strange = target[(target < 0) | (target >= n_classes)]
    if len(strange) or n_classes < 2:
        which = strange[0] if len(strange) else target[0]
        raise ValueError(
            f"{who}: target holds class {which}, but probabilities has {n_classes} "
            f"column{'s' * (n_classes != 1)}. Give one column a class, from class 0 on."
        )
