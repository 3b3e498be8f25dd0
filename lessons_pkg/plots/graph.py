"""A drawing of a computation graph: what was computed from what, and the gradients."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Rectangle
from matplotlib.textpath import TextPath

from lessons_pkg.plots import drawing, style

MOST = 40  # nodes in one drawing
_LINE = 0.66  # height of a line of text; all lengths are in units of drawing.WIDTH
_GAP = 0.5  # least distance between columns, so that the arrows show


def graph(nodes, *, ax=None):
    """Draw a computation graph from left to right, each node with its numbers.

    A node that was computed has its operation in a dark bar, an input has none; labels
    stand above. Without axes, a figure of one plot gets the height that the graph needs.
    Text shrinks to fit its box, from about 6 operations in a row or for long texts.

    nodes : a list of (id, label, op, lines, parents), each node after its parents and
            the result last; or anything whose method graph() returns such a list.
            lines : dict, name -> number, text or None; parents : ids
    Returns the Axes.
    Raises TypeError for what has no graph; ValueError for no node, or more than 40.
    """
    nodes = _checked(nodes)
    above, columns = _columns(nodes)
    rows = _rows(nodes, above, columns)
    ax, pitch, points = _canvas(ax, nodes, rows.values())
    lefts, wide, size = _fit(nodes, max(columns.values()) + 1, points)
    sides = {}  # the middles of the left and the right side of each box
    for i, row in rows.items():
        x, y = lefts[columns[i]], -pitch * row
        sides[i] = (x - wide / 2, y), (x + wide / 2, y)
    for node in nodes:
        _node(ax, sides[node[0]], node, size)
        _edges(ax, sides, above, node)
    names = ", ".join(nodes[-1][3])
    drawing.captions(ax, [f"in each box, from above: {names}"], [drawing.WIDTH / 2])
    return ax


def _checked(nodes):
    """Return the list of nodes, or say why it cannot be drawn."""
    if hasattr(nodes, "graph"):
        nodes = nodes.graph()
    if not isinstance(nodes, list):
        raise TypeError(
            f"graph: nodes must be a list, or have a method graph(), but a value of type "
            f"{type(nodes).__name__} came. Give the result of a computation."
        )
    if not 1 <= len(nodes) <= MOST:
        raise ValueError(
            f"graph: there are {len(nodes)} nodes, but from 1 to {MOST} can be drawn. "
            f"Draw a smaller computation, such as one neuron on one example."
        )
    return nodes


def _columns(nodes):
    """Return id -> parents and id -> column: right of all parents, inputs by their use.

    An edge over several columns gets a waypoint in each, as one more id.
    """
    columns, above = {}, {}
    for i, *_, parents in nodes:
        columns[i] = max((columns[p] + 1 for p in parents), default=0)
    for i, *_, parents in nodes:
        uses = [columns[child] for child, *_, ps in nodes if i in ps]
        if uses and not parents:
            columns[i] = min(uses) - 1
    for i, *_, parents in nodes:
        above[i] = list(parents)
        for k, parent in enumerate(parents):
            for column in range(columns[parent] + 1, columns[i]):
                way = (parent, i, k, column)
                above[way], columns[way], above[i][k] = [above[i][k]], column, way
    return above, columns


def _rows(nodes, above, columns):
    """Return id -> row, from the result back: parents in order about what needs them.

    What was computed stays in line with what is computed from it, inputs stand beside.
    """
    computed = {i for i, *_, parents in nodes if parents}
    wanted, rows = {i: [] for i in above}, {}
    for column in range(max(columns.values()), -1, -1):
        here = [i for i in above if columns[i] == column]
        rows |= _apart({i: float(np.mean(wanted[i] or [0])) for i in here})
        for i in here:
            places = range(len(above[i]))
            line = [k for k in places if above[i][k] in computed] or places
            for k in places:
                wanted[above[i][k]].append(rows[i] + k - float(np.mean(line)))
    return rows


def _apart(rows):
    """Return the rows of one column, moved until they are at least 1 from each other."""
    here, found = sorted(rows, key=rows.get), []
    for i in here:
        found.append(max(rows[i], found[-1] + 1) if found else rows[i])
    shift = (sum(rows.values()) - sum(found)) / len(here)
    return {i: row + shift for i, row in zip(here, found, strict=True)}


def _canvas(ax, nodes, rows):
    """Clear the axes, or make them; return them, a row's height, and points a unit."""
    high = _LINE * max(len(_texts(node)) for node in nodes)
    label = 1.1 * _LINE * any(node[1] for node in nodes)
    pitch = high + label + 0.5 * _LINE
    bottom, top = -pitch * max(rows) - high / 2 - 1.1, high / 2 + label + 0.2
    top -= pitch * min(rows)
    if ax is None:
        ax = plt.gca()
        if ax.figure.axes == [ax]:
            shape = (top - bottom) / drawing.WIDTH
            ax.figure.set_figheight(ax.figure.get_figwidth() * shape)
    ax.set(xlim=(0, drawing.WIDTH), ylim=(bottom, top), aspect="equal")
    ax.set_axis_off()
    ax.figure.draw_without_rendering()  # lays the axes out: now their size is known
    points = 72 / ax.figure.dpi * ax.get_window_extent().width / drawing.WIDTH
    return ax, pitch, points


def _fit(nodes, n_columns, points):
    """Return the middles of the columns, the width of a box and the size of its text."""
    size = style.small()
    texts = {text for node in nodes for text in _texts(node)}
    most = max(TextPath((0, 0), text, size=size).get_extents().width for text in texts)
    needed, room = most / points + 0.3, drawing.WIDTH - 0.1
    wide = min(max(needed, 1.6), (room + _GAP) / n_columns - _GAP)
    step = min((room - wide) / max(n_columns - 1, 1), wide + 4 * _GAP)
    lefts = drawing.WIDTH / 2 + step * (np.arange(n_columns) - (n_columns - 1) / 2)
    size = min(size, size * wide / needed, 0.9 * _LINE * points)
    return lefts, wide, size


def _texts(node):
    """Return the texts in a node's box, from above."""
    _, _, op, lines, _ = node
    return [op.replace("-", "−")] * bool(op) + [_written(v) for v in lines.values()]


def _written(value):
    if value is None:
        return "–"
    return style.number(value) if isinstance(value, float) else str(value)


def _node(ax, sides, node, size):
    """Draw one box: the label above it, the operation's bar, and the lines."""
    (left, y), (right, _) = sides
    _, label, op, _, _ = node
    texts = _texts(node)
    top = y + _LINE * len(texts) / 2
    look = {"facecolor": "white", "edgecolor": style.PALETTE["grey"], "linewidth": 2}
    for high in [-_LINE * len(texts)] + [-_LINE] * bool(op):
        ax.add_patch(Rectangle((left, top), right - left, high, **look, zorder=3))
        look |= {"facecolor": style.INK, "edgecolor": style.INK}
    colours = ["white"] * bool(op) + [style.INK] + [style.CYCLE[0]] * len(texts)
    look = {"ha": "center", "va": "center_baseline", "fontsize": size, "zorder": 4}
    for k, text in enumerate(texts):
        place = (left + right) / 2, top - (k + 0.5) * _LINE
        ax.text(*place, text, color=colours[k], **look)
    look |= {"va": "bottom", "fontweight": "bold"}
    ax.text((left + right) / 2, top + 0.1, label, **look)


def _edges(ax, sides, above, node):
    """Draw an arrow from each parent, through the waypoints, to its place at the box."""
    i, *_, parents = node
    (left, y), _ = sides[i]
    for k, parent in enumerate(parents):
        spread = _LINE * len(_texts(node)) * (0.5 - (k + 1) / (len(parents) + 1))
        points, way = [(left, y + spread)], above[i][k]
        while way != parent:
            points = [*sides[way], *points]
            way = above[way][0]
        points = [sides[parent][1], *points]
        look = {"color": style.PALETTE["grey"], "linewidth": 2, "zorder": 1}
        ax.plot(*np.transpose(points[:-1]), **look)
        drawing.arrow(ax, *points[-2:])
