"""A drawing of a small network, layer by layer."""

import numpy as np

from lessons_pkg.plots import drawing, style


def network_diagram(weights=None, biases=None, *, sizes=None, names=None, ax=None):
    """Draw the layers of a network, with the weights on the edges if they are given.

    Edges of positive weight are drawn through, those of negative weight dashed; where
    a weight is zero there is no edge. A bias stands below its unit.

    weights : one (out, in) array a layer, from the inputs to the outputs
    biases : one (out,) array a layer
    sizes : number of units a layer, inputs first; needed only without weights
    names : one list of names a layer; x_1, h_1, y and so on if left out
    Returns the Axes.
    Raises ValueError if neither weights nor sizes is given, or shapes do not fit.
    """
    weights, biases, sizes = _network(weights, biases, sizes)
    names = _unit_names(sizes) if names is None else names
    if [len(layer) for layer in names] != sizes:
        raise ValueError(
            f"network_diagram: names are for layers of "
            f"{[len(layer) for layer in names]} units, but the layers have {sizes}. "
            f"Give one name for each unit, inputs first."
        )
    rows = [drawing.rows(size) for size in sizes]
    radius = min(drawing.radius(size) for size in sizes)
    ax = drawing.canvas(
        ax, max(rows, key=lambda layer: layer[0][1]), below=biases is not None
    )
    lefts = np.linspace(1.9, drawing.WIDTH - 1.9, len(sizes))
    for k in range(len(sizes) - 1):
        for i, y in rows[k]:
            for j, y_next in rows[k + 1]:
                value = None if weights is None else weights[k][j, i]
                _edge(ax, (lefts[k], y), (lefts[k + 1], y_next), value, radius)
    for k, left in enumerate(lefts):
        for i, y in rows[k]:
            colour = style.INK if k else None
            drawing.unit(ax, left, y, names[k][i], colour=colour, radius=radius)
            if k and biases is not None:
                look = {"ha": "center", "va": "top", "fontsize": style.small()}
                ax.text(
                    left, y - radius - 0.2, drawing.named("b", biases[k - 1][i]), **look
                )
        drawing.dots(ax, left, rows[k])
    last = "output" if sizes[-1] == 1 else "outputs"
    drawing.captions(ax, ["inputs", *["hidden layer"] * (len(sizes) - 2), last], lefts)
    return ax


def _edge(ax, tail, head, value, radius):
    """Join two units: an arrow with its weight, or a thin line if none is known."""
    tail, head = np.array(tail), np.array(head)
    unit = (head - tail) / np.hypot(*(head - tail))
    tail, head = tail + radius * unit, head - radius * unit
    if value is None:
        ax.plot(*zip(tail, head, strict=True), **drawing.THIN)
    elif value != 0:
        drawing.arrow(ax, tail, head, style.number(value), value, at=0.22)


def _network(weights, biases, sizes):
    """Return weights and biases as arrays (or None), and the sizes they imply."""
    who = "network_diagram"
    if weights is None and sizes is None:
        raise ValueError(
            f"{who}: neither weights nor sizes is given, so the layers are unknown. "
            f"Give weights, or sizes such as [2, 2, 1]."
        )
    if weights is not None:
        weights = [style.finite(w, who, f"weights[{k}]") for k, w in enumerate(weights)]
        implied = _sizes(weights)
        if sizes is not None and list(sizes) != implied:
            raise ValueError(
                f"{who}: sizes is {list(sizes)}, but the weights make layers of "
                f"{implied} units. Leave sizes out where weights are given."
            )
        sizes = implied
    sizes = list(sizes)
    if len(sizes) < 2 or min(sizes) < 1:
        raise ValueError(
            f"{who}: the layers have {sizes} units, but there must be two layers or "
            f"more, and a unit in each. Give sizes such as [2, 2, 1]."
        )
    if biases is not None:
        biases = [style.finite(b, who, f"biases[{k}]") for k, b in enumerate(biases)]
        if [b.shape for b in biases] != [(size,) for size in sizes[1:]]:
            raise ValueError(
                f"{who}: biases have the shapes {[b.shape for b in biases]}, but the "
                f"layers after the inputs have {sizes[1:]} units. Give one bias for "
                f"each of them."
            )
    return weights, biases, sizes


def _sizes(weights):
    """Return the number of units in each layer that the weights, (out, in), join."""
    sizes = []
    for k, weight in enumerate(weights):
        if weight.ndim != 2:
            raise ValueError(
                f"network_diagram: weights[{k}] must be (out, in), but its shape is "
                f"{weight.shape}. Give one matrix a layer: [[[1, 2]]] is one neuron "
                f"with two inputs."
            )
        n_out, n_in = weight.shape
        sizes = sizes or [n_in]
        if n_in != sizes[-1]:
            raise ValueError(
                f"network_diagram: weights[{k}] has the shape {weight.shape}, but the "
                f"layer before it has {sizes[-1]} units. Its shape must be "
                f"({n_out}, {sizes[-1]}), (out, in)."
            )
        sizes.append(n_out)
    return sizes


def _unit_names(sizes):
    """Return x_1, x_2 for the inputs, h_1, h_2 for hidden units, y for the output."""
    letters = ["x", *["h"] * (len(sizes) - 2), "y"]
    return [
        ["$y$"] if letter == "y" and size == 1 else _numbered(letter, size)
        for letter, size in zip(letters, sizes, strict=True)
    ]


def _numbered(letter, size):
    return [f"${letter}_{{{i + 1}}}$" for i in range(size)]
