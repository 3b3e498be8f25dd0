import numpy as np
import pytest
from matplotlib.colors import to_rgba
from matplotlib.patches import Circle

from lessons_pkg.plots import network_diagram, neuron_diagram, style

from .looking import arrows, clipped, says, texts

XOR = ([[[1, 1], [1, 1]], [[1, -2]]], [[-0.5, -1.5], [-0.5]])


def circles(ax):
    return [patch for patch in ax.patches if isinstance(patch, Circle)]


def test_a_neuron_without_numbers(ax):
    assert neuron_diagram(ax=ax) is ax
    names = ["$x_{1}$", "$w_{1}$", "$x_{2}$", "$w_{2}$", "$b$", "$z$", "$a$"]
    for name in [*names, r"$\Sigma$", "step"]:
        assert texts(ax).count(name) == 1, name
    words = ["inputs", "weighted sum", "activation", "output"]
    assert texts(ax)[-4:] == words
    assert len(circles(ax)) == 3
    assert len(arrows(ax)) == 5  # two inputs, bias, z, y


def test_a_neuron_with_numbers_works_the_sum_out(ax):
    # z = 2 * 1 + (-1) * 3 + 0.5 = -0.5
    neuron_diagram([2, -1], bias=0.5, x=[1, 3], output=0, ax=ax)
    expected = ["1", "3", "$w_{1}$ = 2", "$w_{2}$ = −1", "$b$ = 0.5", "$z$ = −0.5"]
    assert {*expected, "$a$ = 0"} <= set(texts(ax))


def test_arrows_lead_from_inputs_to_sum_to_output(ax):
    neuron_diagram(ax=ax)
    (a, b, bias, z, y) = arrows(ax)
    for tail, head, *_ in (a, b, z, y):
        assert tail[0] < head[0]
    assert bias[0][1] > bias[1][1]
    assert bias[0][0] == bias[1][0]
    centres = [circle.center for circle in circles(ax)]
    np.testing.assert_allclose(a[0] - centres[0], [0.8, 0])
    np.testing.assert_allclose(b[0] - centres[1], [0.8, 0])


def test_the_sign_of_a_weight_shows_in_colour_and_dashes(ax):
    neuron_diagram([2, -1], ax=ax)
    positive, negative = arrows(ax)[:2]
    assert positive[2] == pytest.approx(to_rgba(style.PALETTE["vermillion"]))
    assert negative[2] == pytest.approx(to_rgba(style.PALETTE["blue"]))
    assert positive[3] == "-"
    assert negative[3] != "-"


def test_of_many_inputs_the_first_and_the_last_are_drawn(ax):
    neuron_diagram(n_inputs=64, ax=ax)
    inputs = [text for text in texts(ax) if text.startswith("$x")]
    assert inputs == ["$x_{1}$", "$x_{2}$", "$x_{3}$", "$x_{64}$"]
    dots = ax.lines[0].get_xydata()
    assert len(dots) == 3


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 6, 64])
def test_units_of_a_layer_never_touch(ax, size):
    network_diagram(sizes=[size, 1], ax=ax)
    layer = circles(ax)[:-1]
    heights = sorted(circle.center[1] for circle in layer)
    assert all(np.diff(heights) > 2 * layer[0].radius + 0.2)
    assert sum(heights) == pytest.approx(0) or size > 5


@pytest.mark.parametrize("name", ["identity", "step", "relu", "sigmoid", "tanh"])
def test_the_box_shows_the_shape_of_the_activation(ax, name):
    neuron_diagram(activation=name, ax=ax)
    zero, curve = ax.lines
    y = curve.get_ydata() - zero.get_ydata()[0]
    below = {"identity": True, "tanh": True, "step": False, "relu": False}
    assert np.all(np.diff(y) >= 0)
    assert name in texts(ax)
    if name in below:
        assert (y.min() < -1e-9) == below[name]
        assert y[len(y) // 2] == pytest.approx(y.max() if name == "step" else 0)
    else:  # sigmoid is half-way up at zero
        assert y[len(y) // 2] == pytest.approx(y.max() / 2, rel=0.01)


def test_a_network_with_the_weights_of_xor(ax):
    assert network_diagram(*XOR, ax=ax) is ax
    assert len(circles(ax)) == 5
    assert texts(ax).count("1") == 5
    assert texts(ax).count("−2") == 1
    assert texts(ax).count("$b$ = −0.5") == 2
    assert texts(ax).count("$b$ = −1.5") == 1
    assert texts(ax)[-3:] == ["inputs", "hidden layer", "output"]


def test_each_weight_stands_on_its_own_edge(ax):
    network_diagram([[[2, 3], [5, 7]]], names=[["a", "b"], ["c", "d"]], ax=ax)
    place = {text.get_text(): np.array(text.get_position()) for text in ax.texts}
    for label, tail, head in (
        ("2", "a", "c"),
        ("3", "b", "c"),
        ("5", "a", "d"),
        ("7", "b", "d"),
    ):
        along = place[head] - place[tail]
        off = place[label] - place[tail]
        assert along[0] * off[1] - along[1] * off[0] == pytest.approx(0)
        assert 0 < off @ along < along @ along / 2  # nearer to the unit it leaves


def test_a_weight_of_zero_has_no_edge(ax):
    network_diagram([[[1, 0], [0, 1]]], ax=ax)
    assert len(arrows(ax)) == 2
    assert "0" not in texts(ax)


def test_sizes_alone_join_every_unit_to_every_next(ax):
    network_diagram(sizes=[3, 4, 2], ax=ax)
    assert len(ax.lines) == 3 * 4 + 4 * 2
    assert not arrows(ax)
    names = [text for text in texts(ax) if text.startswith("$")]
    assert names[:4] == ["$x_{1}$", "$x_{2}$", "$x_{3}$", "$h_{1}$"]
    assert names[-1] == "$y_{2}$"


def test_nothing_is_clipped_or_overlaps_the_captions(ax):
    neuron_diagram([-2.25, -1.25], bias=-0.25, x=[1, 3], output=0.622, ax=ax)
    assert clipped(ax.figure) == []


def test_the_xor_network_is_not_clipped(ax):
    network_diagram(*XOR, ax=ax)
    assert clipped(ax.figure) == []


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (
            lambda: neuron_diagram(activation="swish"),
            "neuron_diagram: activation is 'swish', but only identity, step, relu, "
            "sigmoid, tanh can be drawn. Choose one of these.",
        ),
        (
            lambda: neuron_diagram([1, 2, 3], x=[1, 2]),
            "neuron_diagram: the numbers of inputs differ (weight: 3, x: 2). Give one "
            "weight and one x for each input.",
        ),
        (
            lambda: neuron_diagram([1, 2, 3], n_inputs=2),
            "neuron_diagram: the numbers of inputs differ (n_inputs: 2, weight: 3). "
            "Give one weight and one x for each input.",
        ),
        (
            lambda: neuron_diagram([[1, 2]]),
            "neuron_diagram: weight must be (n_inputs,), but its shape is (1, 2). Give "
            "the numbers of one neuron, such as weight[0].",
        ),
        (
            lambda: network_diagram(),
            "network_diagram: neither weights nor sizes is given, so the layers are "
            "unknown. Give weights, or sizes such as [2, 2, 1].",
        ),
        (
            lambda: network_diagram(XOR[0], sizes=[2, 3, 1]),
            "network_diagram: sizes is [2, 3, 1], but the weights make layers of "
            "[2, 2, 1] units. Leave sizes out where weights are given.",
        ),
        (
            lambda: network_diagram([[[1, 1], [1, 1], [1, 1]], [[1, -2]]]),
            "network_diagram: weights[1] has the shape (1, 2), but the layer before it "
            "has 3 units. Its shape must be (1, 3), (out, in).",
        ),
        (
            lambda: network_diagram([[1, 2]]),
            "network_diagram: weights[0] must be (out, in), but its shape is (2,). "
            "Give one matrix a layer: [[[1, 2]]] is one neuron with two inputs.",
        ),
        (
            lambda: network_diagram(XOR[0], [[1, 2, 3], [1]]),
            "network_diagram: biases have the shapes [(3,), (1,)], but the layers "
            "after the inputs have [2, 1] units. Give one bias for each of them.",
        ),
        (
            lambda: network_diagram(sizes=[2, 0, 1]),
            "network_diagram: the layers have [2, 0, 1] units, but there must be two "
            "layers or more, and a unit in each. Give sizes such as [2, 2, 1].",
        ),
        (
            lambda: network_diagram(sizes=[2, 2, 1], names=[["a", "b"], ["y"]]),
            "network_diagram: names are for layers of [2, 1] units, but the layers "
            "have [2, 2, 1]. Give one name for each unit, inputs first.",
        ),
    ],
)
def test_errors(call, sentence):
    with says(sentence):
        call()
