import itertools

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.patches import Rectangle

from lessons_pkg.plots import graph, style

from .looking import arrows, clipped, says, texts


def node(i, op="", parents=(), label="", data=2.0, grad=1.0):
    return (i, label, op, {"data": data, "grad": grad}, parents)


# L = (w x - y)**2
LOSS = [
    node(0, label="w", data=3.0, grad=8.0),
    node(1, label="x", data=2.0, grad=12.0),
    node(2, label="y", data=4.0, grad=-4.0),
    node(3, "*", (0, 1), "p", 6.0, 4.0),
    node(4, "-", (3, 2), "e", 2.0, 4.0),
    node(5, "**2", (4,), "L", 4.0, 1.0),
]
# a * b + a, and deeper: a reused value must find its way around what lies between
REUSED = [node(0, label="a"), node(1), node(2, "*", (0, 1)), node(3, "+", (2, 0))]
KNOT = [
    node(0, label="a"),
    node(1, "exp", (0,)),
    node(2, "sin", (1,)),
    node(3, "tanh", (1,)),
    node(4, "*", (2, 3)),
    node(5, "+", (4, 1)),
    node(6, "+", (5, 0)),
]
# sigmoid(w1 x1 + w2 x2 + b), and its squared error: 13 nodes, 7 columns
NEURON = [
    *[node(i, label=f"$x_{i}$", data=-2.5, grad=-0.0771) for i in range(4)],
    node(4, "*", (0, 1), data=0.125),
    node(5, "*", (2, 3), data=-0.0386),
    node(6, "+", (4, 5)),
    node(7, label="b"),
    node(8, "+", (6, 7)),
    node(9, "sigmoid", (8,), "a"),
    node(10, label="t"),
    node(11, "-", (9, 10)),
    node(12, "**2", (11,), "L"),
]
TENSORS = [
    (0, "x", "", {"shape": "(32, 64)"}, ()),
    (1, "weight", "", {"shape": "(10, 64)"}, ()),
    (2, "bias", "", {"shape": "(10,)"}, ()),
    (3, "", "linear", {"shape": "(32, 10)"}, (0, 1, 2)),
    (4, "target", "", {"shape": "(32,)"}, ()),
    (5, "loss", "cross_entropy", {"shape": "()"}, (3, 4)),
]
CHAIN = [node(0), *[node(i, "tanh", (i - 1,), data=-0.0123) for i in range(1, 12)]]
ALL = [LOSS, REUSED, KNOT, NEURON, TENSORS, CHAIN, [node(0)]]


def boxes(ax):
    """Corners (2, 2) of each node's box, in the order of the nodes."""
    found = [p for p in ax.patches if isinstance(p, Rectangle)]
    found = [p for p in found if p.get_facecolor()[:3] == (1, 1, 1)]
    return [np.sort(p.get_bbox().get_points(), axis=0) for p in found]


def crossed(tail, head, box):
    """Whether the straight line from tail to head comes inside a box."""
    line = np.linspace(tail, head, 200)
    return bool(((line > box[0] + 0.01) & (line < box[1] - 0.01)).all(1).any())


def pieces(ax):
    """All straight pieces of the edges, arrows and the lines before them."""
    found = [(tail, head) for tail, head, *_ in arrows(ax)]
    for line in ax.lines:
        found += itertools.pairwise(line.get_xydata())
    return found


def test_each_node_shows_its_label_operation_and_numbers():
    ax = graph(LOSS)
    assert ax is plt.gca()
    written = texts(ax)
    for label, op, data, grad in [
        ("w", None, "3", "8"),
        ("x", None, "2", "12"),
        ("y", None, "4", "−4"),
        ("p", "*", "6", "4"),
        ("e", "−", "2", "4"),
        ("L", "**2", "4", "1"),
    ]:
        lines = [op] * bool(op) + [data, grad]
        k = written.index(label)
        assert written[k - len(lines) : k] == lines
    assert written[-1] == "in each box, from above: data, grad"
    assert len(boxes(ax)) == len(LOSS)


def test_an_operation_has_a_dark_bar_and_an_input_has_none():
    ax = graph(LOSS)
    bars = [p for p in ax.patches if p.get_facecolor()[:3] != (1, 1, 1)]
    assert len(bars) == 3
    inside = {text.get_text(): text for text in ax.texts}
    for bar, op in zip(bars, ["*", "−", "**2"], strict=True):
        assert bar.get_bbox().contains(*inside[op].get_position())


def test_arrows_lead_from_parent_to_child_and_to_the_right():
    ax = graph(LOSS)
    found = boxes(ax)
    ends = [(parent, i) for i, *_, parents in LOSS for parent in parents]
    for (tail, head, *_), (parent, child) in zip(arrows(ax), ends, strict=True):
        assert tail[0] == pytest.approx(found[parent][1, 0])  # its right side
        assert head[0] == pytest.approx(found[child][0, 0])  # its left side
        assert found[child][0, 1] < head[1] < found[child][1, 1]
        assert tail[0] < head[0]


def test_the_first_operand_is_drawn_above_the_second():
    ax = graph(LOSS)
    arriving = {tuple(head): tail for tail, head, *_ in arrows(ax)}
    by_x = sorted(arriving, key=lambda head: (head[0], -head[1]))
    assert arriving[by_x[0]][1] > arriving[by_x[1]][1]  # w above x
    assert arriving[by_x[2]][1] > arriving[by_x[3]][1]  # p above y


def test_what_is_computed_stays_in_line():
    found = boxes(graph(LOSS))
    middles = [box.mean(0) for box in found]
    assert middles[3][1] == pytest.approx(middles[4][1])
    assert middles[4][1] == pytest.approx(middles[5][1])
    assert middles[0][1] > middles[3][1] > middles[1][1]


def test_an_input_stands_next_to_its_first_use():
    middles = [box.mean(0)[0] for box in boxes(graph(LOSS))]
    assert middles[2] == pytest.approx(middles[3])  # y beside p, not beside w and x


@pytest.mark.parametrize("nodes", ALL)
def test_boxes_never_touch(nodes):
    for one, other in itertools.combinations(boxes(graph(nodes)), 2):
        apart = np.maximum(one[0], other[0]) - np.minimum(one[1], other[1])
        assert apart.max() > 0.2


@pytest.mark.parametrize("nodes", ALL)
def test_no_edge_goes_through_a_box(nodes):
    ax = graph(nodes)
    for tail, head in pieces(ax):
        assert not any(crossed(tail, head, box) for box in boxes(ax))


def test_an_edge_through_a_box_would_be_found():
    ax = graph(LOSS)
    found = boxes(ax)
    assert crossed(found[0][0], found[5][1], found[3])


@pytest.mark.parametrize("nodes", ALL)
def test_text_stays_in_its_box_and_in_the_figure(nodes):
    ax = graph(nodes)
    assert clipped(ax.figure) == []
    to_pixels = ax.transData.transform
    n_texts = 0
    for box, (_, _, op, lines, _) in zip(boxes(ax), nodes, strict=True):
        corners = to_pixels(box)
        inside = [
            extent
            for extent in (t.get_window_extent() for t in ax.texts if t.get_text())
            if (extent.min > corners[0] - 2).all()
            and (extent.max < corners[1] + 2).all()
        ]
        assert len(inside) == len(lines) + bool(op)
        n_texts += len(inside)
    labels = sum(bool(label) for _, label, *_ in nodes)
    assert len(texts(ax)) == n_texts + labels + 1


def test_a_neuron_of_13_nodes_stays_legible_on_a_phone():
    ax = graph(NEURON)
    size = min(text.get_fontsize() for text in ax.texts)
    assert size > 10  # points; 7 px high on a phone
    assert ax.figure.get_figwidth() == style.WIDTH
    assert ax.figure.get_figheight() < 6


def test_a_small_graph_has_full_size_of_text():
    assert graph(LOSS).texts[0].get_fontsize() == pytest.approx(style.small())


def test_both_uses_of_a_square_have_an_arrow():
    ax = graph([node(0), node(1, "*", (0, 0))])
    (tail, head, *_), (other_tail, other_head, *_) = arrows(ax)
    assert tuple(tail) == tuple(other_tail)
    assert head[1] > other_head[1] + 0.2


def test_given_axes_are_used_and_the_figure_keeps_its_size():
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4))
    assert graph(LOSS, ax=right) is right
    assert tuple(figure.get_size_inches()) == (10, 4)
    assert not left.texts
    assert right.texts[0].get_fontsize() < style.small()


def test_an_object_is_asked_for_its_graph():
    class Result:
        def graph(self):
            return LOSS

    assert texts(graph(Result())) == texts(graph(LOSS, ax=plt.figure().add_subplot()))


def test_shapes_and_missing_numbers():
    nodes = [(0, "x", "", {"data": "(3, 5)", "grad": None}, ())]
    assert texts(graph(nodes))[:3] == ["(3, 5)", "–", "x"]


def test_errors():
    with says(
        "graph: nodes must be a list, or have a method graph(), but a value of type "
        "float came. Give the result of a computation.",
        TypeError,
    ):
        graph(2.0)
    advice = "Draw a smaller computation, such as one neuron on one example."
    with says(f"graph: there are 0 nodes, but from 1 to 40 can be drawn. {advice}"):
        graph([])
    with says(f"graph: there are 41 nodes, but from 1 to 40 can be drawn. {advice}"):
        graph([node(i) for i in range(41)])
