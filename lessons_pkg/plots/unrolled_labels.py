"""What stands at each step of an unrolled network, checked."""

from itertools import pairwise
from numbers import Integral

from matplotlib import rcParams
from matplotlib.textpath import TextPath

from lessons_pkg.plots import drawing, style

WHO = "unrolled"
DOTS = "…"
_POINTS = 72 * style.WIDTH / drawing.WIDTH  # of one unit on a page


def n_steps_of(n_steps, most):
    """Return n_steps, or say that it is no number of steps that can be drawn."""
    if not isinstance(n_steps, Integral) or n_steps is True or n_steps < 1:
        raise ValueError(
            f"{WHO}: n_steps is {n_steps!r}, but must be a whole number, 1 or more. "
            f"Give the number of steps to draw."
        )
    if n_steps > most:
        raise ValueError(
            f"{WHO}: n_steps is {n_steps}, but {most} fit legibly. Draw the first steps "
            f"and the last, with None among states for those between."
        )
    return n_steps


def parts_of(n_steps, parts, folded):
    """Return dict, name -> steps, and whether the cell is drawn folded too."""
    if parts is None:
        return {"": n_steps}, folded is not False
    if not hasattr(parts, "items"):
        raise TypeError(
            f"{WHO}: parts must be a dict of names, but its type is "
            f'{type(parts).__name__}. Give a dict, such as {{"encoder": 3, "decoder": 4}}.'
        )
    parts = dict(parts)
    whole = all(isinstance(n, Integral) and n >= 1 for n in parts.values())
    if not whole or sum(parts.values()) != n_steps:
        raise ValueError(
            f"{WHO}: parts is {parts}, but each must have a step, and all together the "
            f'{n_steps} of n_steps. Give them as {{"encoder": 3, "decoder": 4}}.'
        )
    if folded and len(parts) > 1:
        raise ValueError(
            f"{WHO}: {len(parts)} parts have a cell each, so there is no one cell to "
            f"fold. Leave folded out."
        )
    return parts, len(parts) == 1 and folded is not False


def rows_of(n_steps, inputs, states, outputs):
    """Return three lists of n_steps labels: of inputs, states and outputs.

    None stands where an input or output does not exist, and DOTS where steps are left out.
    """
    states = _row("states", n_steps, states, "h")
    states = [DOTS if label is None else label for label in states]
    inputs = _row("inputs", n_steps, inputs, "x")
    outputs = _row("outputs", n_steps, outputs, "y")
    for row in (inputs, outputs):
        row[:] = [
            None if h == DOTS else label for label, h in zip(row, states, strict=True)
        ]
    return inputs, states, outputs


def _row(name, n_steps, given, letter):
    usual = [f"${letter}_{{{t + 1}}}$" for t in range(n_steps)]
    if given is None:
        return usual
    if not hasattr(given, "__iter__"):
        raise TypeError(
            f"{WHO}: {name} must be a list, but its type is {type(given).__name__}. Give "
            f"{n_steps} labels, or the numbers of the steps that have one."
        )
    given = list(given)
    if name != "states" and all(isinstance(t, Integral) for t in given):
        if len(set(given)) < len(given) or not set(given) <= set(range(n_steps)):
            raise ValueError(
                f"{WHO}: {name} is {given}, but the steps that have one are from 0 to "
                f"{n_steps - 1}, each named once. A label that is a number is a text: '1'."
            )
        return [label if t in given else None for t, label in enumerate(usual)]
    given = [None if label is None else str(label) for label in given]
    if len(given) != n_steps:
        raise ValueError(
            f"{WHO}: {name} has {len(given)} labels, but there are {n_steps} steps. "
            f"Give one for each, and None where there is none."
        )
    return given


def symbols(weights):
    """Return the labels of the three weights: from the input, the state, to the output."""
    if isinstance(weights, str) or len(weights) != 3:
        raise ValueError(
            f"{WHO}: weights must be 3 labels, from the input, from the state and to the "
            f"output, but {weights!r} came."
        )
    return [str(label) for label in weights]


def fit(rows, symbols, step, cell):
    """Check that each label fits: into its cell, or between its neighbours."""
    for name, row in zip(("inputs", "states", "outputs"), rows, strict=True):
        wide = [width(label or "") for label in row]
        limits = [cell if name == "states" else step + 0.4] * len(row)
        for t, (a, b) in enumerate(pairwise(wide)):
            if name != "states" and (a + b) / 2 > step - 0.1:
                limits[t if a > b else t + 1] = 0
        for label, its, limit in zip(row, wide, limits, strict=True):
            if its > limit:
                raise ValueError(
                    f"{WHO}: {label!r} among {name} is too long to be legible at one "
                    f"of {len(row)} steps. Give a shorter label, or draw fewer steps."
                )
    for label in symbols:
        if width(label) > 1.3:
            raise ValueError(
                f"{WHO}: {label!r} among weights is too long to be legible beside an "
                f"arrow. Give a symbol, such as '$W$'."
            )


def width(label):
    """Return how wide a label is, in units of the drawing."""
    size = rcParams["font.size"]
    if not label.strip():
        return 0.0
    return TextPath((0, 0), label, size=size).get_extents().width / _POINTS
