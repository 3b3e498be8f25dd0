"""A drawing of one neuron."""

import numpy as np
from matplotlib.patches import FancyBboxPatch

from lessons_pkg.plots import drawing, style

# The shapes that the activation's box can show, each on z from -2 to 2.
_SHAPES = {
    "identity": lambda z: z / 2,
    "step": lambda z: np.where(z >= 0, 1.0, 0.0),
    "relu": lambda z: np.maximum(z, 0) / 2,
    "sigmoid": lambda z: 1 / (1 + np.exp(-3 * z)),
    "tanh": lambda z: np.tanh(2 * z),
}
_BOX = 0.9  # half the side of the activation's box


def neuron_diagram(
    weight=None,
    bias=None,
    x=None,
    output=None,
    *,
    n_inputs=None,
    activation="step",
    ax=None,
):
    """Draw a neuron: inputs, weighted edges, the sum z = w . x + b, activation, a.

    Each number that is given stands beside its name; z is worked out once weight,
    bias and x are all there.

    weight, x : (n_inputs,) float arrays
    bias, output : float
    n_inputs : needed only where neither weight nor x tells it; 2 if left out
    activation : "identity", "step", "relu", "sigmoid" or "tanh"
    Returns the Axes.
    Raises ValueError for an unknown activation, or if the numbers of inputs differ.
    """
    n_inputs = _n_inputs(weight, x, n_inputs)
    if activation not in _SHAPES:
        raise ValueError(
            f"neuron_diagram: activation is {activation!r}, but only "
            f"{', '.join(_SHAPES)} can be drawn. Choose one of these."
        )
    rows, radius = drawing.rows(n_inputs), drawing.radius(n_inputs)
    ax = drawing.canvas(ax, rows, top=max(rows[0][1] + 1, 3.2))
    left, middle, right, end = 1.9, 7.5, 12.0, 15.9
    for i, y in rows:
        name = f"$x_{{{i + 1}}}$"
        drawing.unit(
            ax, left, y, name if x is None else style.number(x[i]), radius=radius
        )
        if x is not None:
            ax.text(left - radius - 0.2, y, name, ha="right", va="center")
        value = None if weight is None else weight[i]
        label = drawing.named(f"w_{{{i + 1}}}", value)
        ends = (left + radius, y), (middle - drawing.RADIUS * 0.97, y * 0.12)
        drawing.arrow(ax, *ends, label, value, at=0.42)
    drawing.dots(ax, left, rows)
    drawing.arrow(ax, (middle, 2.5), (middle, drawing.RADIUS))
    ax.text(middle, 2.65, drawing.named("b", bias), ha="center", va="bottom")
    drawing.unit(ax, middle, 0, r"$\Sigma$", colour=style.INK)
    known = weight is not None and x is not None and bias is not None
    z = np.dot(weight, x) + bias if known else None
    drawing.arrow(ax, (middle + drawing.RADIUS, 0), (right - _BOX, 0))
    ax.text((middle + right) / 2, 0.3, drawing.named("z", z), ha="center", va="bottom")
    _activation(ax, right, 0, activation)
    drawing.arrow(ax, (right + _BOX, 0), (end, 0))
    place = (right + _BOX + end) / 2
    ax.text(place, 0.3, drawing.named("a", output), ha="center", va="bottom")
    names = ("inputs", "weighted sum", "activation", "output")
    drawing.captions(ax, names, (left, middle, right, place))
    return ax


def _n_inputs(weight, x, n_inputs):
    """Return the one number of inputs that all that is given agrees on."""
    who, found = "neuron_diagram", {}
    if n_inputs is not None:
        found["n_inputs"] = n_inputs
    for name, values in {"weight": weight, "x": x}.items():
        if values is not None:
            shape = style.finite(values, who, name).shape
            if len(shape) != 1:
                raise ValueError(
                    f"{who}: {name} must be (n_inputs,), but its shape is {shape}. "
                    f"Give the numbers of one neuron, such as {name}[0]."
                )
            found[name] = shape[0]
    if len(set(found.values())) > 1:
        told = ", ".join(f"{name}: {n}" for name, n in found.items())
        raise ValueError(
            f"{who}: the numbers of inputs differ ({told}). "
            f"Give one weight and one x for each input."
        )
    n_inputs = next(iter(found.values()), 2)
    if n_inputs < 1:
        raise ValueError(
            f"{who}: n_inputs is {n_inputs}, but a neuron has at least one input. "
            f"Give 1 or more."
        )
    return n_inputs


def _activation(ax, left, y, name):
    """Draw the box with the shape of the activation over its zero line in it."""
    look = {"boxstyle": "round,pad=0,rounding_size=0.2", "linewidth": 2.2}
    look |= {"facecolor": "white", "edgecolor": style.INK}
    ax.add_patch(FancyBboxPatch((left - _BOX, y - _BOX), 2 * _BOX, 2 * _BOX, **look))
    z = np.linspace(-2, 2, 201)
    shape = _SHAPES[name](z)
    low = min(shape.min(), -0.1)
    scale, width = 1.3 / (shape.max() - low), 0.35
    zero = y - 0.65 - scale * low
    ax.plot(left + 2.1 * width * np.array([-1, 1]), [zero, zero], **drawing.THIN)
    look = {"color": style.PALETTE["vermillion"], "linewidth": 2.5, "zorder": 4}
    ax.plot(left + width * z, zero + scale * shape, **look)
    look = {"ha": "center", "va": "top", "fontsize": style.small()}
    ax.text(left, y - _BOX - 0.2, name, **look)
