"""What several figures ask of what they are given."""

import numpy as np

from lessons_pkg.plots import style


def labelled(who, example, **labels):
    """Check that each axis says what it measures.

    Raises ValueError for an empty label, naming it.
    """
    for name, label in labels.items():
        if not label:
            raise ValueError(
                f"{who}: {name} is empty, but a reader must know what the axis "
                f'measures. Give its name and unit, such as "{example}".'
            )


def something(who, what, lines, example):
    """Check that there is something to draw.

    Raises ValueError if lines is empty, TypeError if it has no names.
    """
    if not hasattr(lines, "items"):
        raise TypeError(
            f"{who}: {what} must be a dict of names, but its type is "
            f"{type(lines).__name__}. Give a dict, such as {example}."
        )
    if not lines:
        raise ValueError(
            f"{who}: {what} is empty, so there is nothing to draw. "
            f"Give a dict, such as {example}."
        )


def rates(who, name, what, values):
    """Return values as a (T,) float array of numbers from 0 to 1.

    Raises ValueError if they have another shape or lie outside.
    """
    values = style.finite(values, who, f"{what} of {name!r}")
    if values.ndim != 1 or not values.size:
        raise ValueError(
            f"{who}: {what} of {name!r} must be (T,) with T at least 1, but its shape "
            f"is {values.shape}. Give one number for each point of the curve."
        )
    strange = values[(values < -1e-9) | (values > 1 + 1e-9)]
    if strange.size:
        raise ValueError(
            f"{who}: {what} of {name!r} holds {style.number(strange[0])}, but a share "
            f"lies between 0 and 1. Give shares, not counts or percentages."
        )
    return np.clip(values, 0, 1)


def pair(who, name, curve, parts):
    """Return the parts of a curve, each (T,) and between 0 and 1, of one length.

    parts : what they are, in the order in which they come
    Raises ValueError if another number of them came, or their lengths differ.
    """
    if len(curve) != len(parts):
        raise ValueError(
            f"{who}: {name!r} has {len(curve)} arrays, but must have {len(parts)}. "
            f"Give ({', '.join(parts)}), in this order, without thresholds."
        )
    found = [
        rates(who, name, what, part) for what, part in zip(parts, curve, strict=True)
    ]
    if len({len(part) for part in found}) > 1:
        sizes = " and ".join(str(len(part)) for part in found)
        raise ValueError(
            f"{who}: {' and '.join(parts)} of {name!r} have {sizes} values. "
            f"Give both for the same thresholds."
        )
    return found
