import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle

from lessons_pkg.plots import style, unrolled

from .looking import arrows, clipped, says, texts

BLUE, VERMILLION, GREEN = (colour.lower() for colour in style.CYCLE[:3])
INK, GREY = style.INK.lower(), style.PALETTE["grey"].lower()


def cells(ax):
    """Return the middle of each cell, from the left."""
    boxes = [p for p in ax.patches if isinstance(p, Rectangle)]
    return sorted(box.get_x() + box.get_width() / 2 for box in boxes)


def ways(ax):
    """Return (direction, colour) -> how many arrows."""
    found = {}
    for tail, head, colour, _ in arrows(ax):
        dx, dy = np.round(np.sign(head - tail)).astype(int)
        key = {(1, 0): "on", (-1, 0): "back", (0, 1): "up"}[dx, dy], to_hex(colour)
        found[key] = found.get(key, 0) + 1
    return found


def test_the_folded_cell_and_its_copies(ax):
    assert unrolled(3, ax=ax) is ax
    assert len(cells(ax)) == 4
    written = texts(ax)
    for name in ["$h_{t}$", "$x_{t}$", "$y_{t}$", "=", "folded", "unrolled in time"]:
        assert written.count(name) == 1, name
    for letter in "xhy":
        for t in (1, 2, 3):
            assert written.count(f"${letter}_{{{t}}}$") == 1


def test_the_same_weights_are_marked_alike_wherever_they_stand(ax):
    unrolled(3, ax=ax)
    # once folded and once a step; from the state: h_0 and two others, and the loop's end
    expected = {("up", BLUE): 4, ("up", GREEN): 4, ("on", VERMILLION): 3}
    assert ways(ax) == expected | {("back", VERMILLION): 1}
    for symbol in ("$W_{x}$", "$W_{h}$", "$W_{y}$"):
        assert texts(ax).count(symbol) == 4


def test_where_steps_are_narrow_the_first_has_the_symbols(ax):
    unrolled(6, folded=False, ax=ax)
    assert texts(ax).count("$W_{x}$") == 6
    assert texts(ax).count("$W_{h}$") == 1  # above the arrow from h_0
    ax.clear()
    unrolled(9, folded=False, ax=ax)
    assert texts(ax).count("$W_{x}$") == texts(ax).count("$W_{y}$") == 1


def test_each_arrow_joins_what_it_says(ax):
    unrolled(2, folded=False, ax=ax)
    first, second = cells(ax)
    place = {text.get_text(): text.get_position() for text in ax.texts}
    found = arrows(ax)
    for t, x in ((1, first), (2, second)):
        assert place[f"$h_{{{t}}}$"] == (x, 0)
        assert place[f"$x_{{{t}}}$"][0] == place[f"$y_{{{t}}}$"][0] == x
        below, above = place[f"$x_{{{t}}}$"][1], place[f"$y_{{{t}}}$"][1]
        up = sorted((a[1], b[1]) for a, b, *_ in found if a[0] == b[0] == x)
        (a, b), (c, d) = up
        assert below < a < b < 0 < c < d < above
    (start, _), (left, right) = sorted(
        (a[0], b[0]) for a, b, *_ in found if a[1] == b[1] == 0
    )
    assert place["$h_{0}$"][0] < start
    assert first < left < right < second


def test_many_to_one_has_one_output(ax):
    unrolled(3, outputs=[None, None, "y"], folded=False, ax=ax)
    assert ways(ax)["up", GREEN] == 1
    assert ways(ax)["up", BLUE] == 3
    assert texts(ax).count("y") == 1
    assert "$y_{1}$" not in texts(ax)


def test_the_steps_that_have_one_can_be_named_by_their_numbers(ax):
    unrolled(3, outputs=[2], inputs=[0, np.int64(1)], folded=False, ax=ax)
    assert [n for n in texts(ax) if n[:2] in ("$x", "$y")] == [
        "$x_{1}$",
        "$x_{2}$",
        "$y_{3}$",
    ]
    ax.clear()
    unrolled(3, outputs=[], ax=ax)
    assert ("up", GREEN) not in ways(ax)


def test_one_to_many_has_one_input(ax):
    unrolled(3, inputs=["x", None, None], ax=ax)
    assert ways(ax)["up", BLUE] == 2
    assert ways(ax)["up", GREEN] == 4


def test_what_no_step_has_the_folded_cell_has_not(ax):
    unrolled(2, outputs=[None, None], ax=ax)
    assert "$y_{t}$" not in texts(ax)
    assert ("up", GREEN) not in ways(ax)
    low, high = ax.get_ylim()
    assert high < 1.5
    assert low < -2.5


def test_dots_stand_for_steps_left_out(ax):
    states = ["$h_{1}$", None, "$h_{T}$"]
    unrolled(3, states=states, folded=False, ax=ax)
    assert texts(ax).count("…") == 1
    assert len(cells(ax)) == 2
    assert ways(ax) == {("up", BLUE): 2, ("up", GREEN): 2, ("on", VERMILLION): 3}


def test_parts_have_colours_of_their_own_and_hand_the_state_over(ax):
    parts = {"encoder": 2, "decoder": 3}
    unrolled(5, parts=parts, outputs=[None, None, "a", "b", "c"], ax=ax)
    # encoder: h_0 and one on, two inputs; decoder: two on, three inputs, three outputs
    expected = {("on", VERMILLION): 2, ("up", VERMILLION): 2, ("on", INK): 1}
    assert ways(ax) == expected | {("on", BLUE): 2, ("up", BLUE): 6}
    assert texts(ax)[:2] == ["encoder", "decoder"]
    assert not any("W" in text for text in texts(ax))
    assert len(cells(ax)) == 5
    place = {text.get_text(): text.get_position()[0] for text in ax.texts}
    assert place["encoder"] == pytest.approx(np.mean(cells(ax)[:2]))
    assert place["decoder"] == pytest.approx(np.mean(cells(ax)[2:]))


def test_an_output_that_is_fed_back_ends_at_the_next_input(ax):
    unrolled(3, inputs=["<s>", "a", "b"], outputs=["a", "b", "c"], fed=True, ax=ax)
    back = [(a, b) for a, b, colour, _ in arrows(ax) if to_hex(colour) == GREY]
    assert len(back) == 2
    place = {text.get_text(): text.get_position() for text in ax.texts}
    below = {
        t.get_text(): t.get_position() for t in ax.texts if t.get_position()[1] < 0
    }
    for (_, head), name in zip(back, "ab", strict=True):
        assert head[1] == below[name][1]
        assert below[name][0] - 0.6 < head[0] < below[name][0]
    tops = [line.get_ydata()[0] for line in ax.lines if line.get_linestyle() != "-"]
    assert tops == [place["c"][1]] * 2


def test_nothing_is_fed_where_no_input_is(ax):
    unrolled(3, inputs=["x", None, None], fed=True, ax=ax)
    assert not [a for a in arrows(ax) if to_hex(a[2]) == GREY]


@pytest.mark.parametrize(
    "arguments",
    [
        {"n_steps": 1},
        {"n_steps": 6},
        {"n_steps": 9, "folded": False},
        {"n_steps": 4, "outputs": [None] * 4, "inputs": [None] * 4},
        {"n_steps": 10, "start": None, "folded": False},
        {
            "n_steps": 7,
            "parts": {"encoder": 3, "decoder": 4},
            "inputs": ["c", "a", "t", "<start>", "t", "a", "c"],
        },
    ],
)
def test_nothing_is_clipped_and_nothing_touches(ax, arguments):
    unrolled(**arguments, ax=ax)
    assert clipped(ax.figure) == []
    boxes = [text.get_window_extent() for text in ax.texts if text.get_text()]
    for i, a in enumerate(boxes):
        assert not any(a.overlaps(b) for b in boxes[:i]), texts(ax)[i]
    assert {t.get_fontsize() >= 12 for t in ax.texts if t.get_text()} == {True}


def test_a_figure_of_one_plot_gets_its_height():
    full = unrolled(2).figure.get_figheight()
    ax = unrolled(2, outputs=[None, None])
    assert ax.figure.get_figheight() < full - 0.5


NEEDS = (
    "unrolled: {} is too long to be legible at one of {} steps. Give a shorter label, "
    "or draw fewer steps."
)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            {"n_steps": 0},
            "unrolled: n_steps is 0, but must be a whole number, 1 or more. Give the "
            "number of steps to draw.",
        ),
        (
            {"n_steps": 2.0},
            "unrolled: n_steps is 2.0, but must be a whole number, 1 or more. Give the "
            "number of steps to draw.",
        ),
        (
            {"n_steps": 7},
            "unrolled: n_steps is 7, but 6 fit legibly. Draw the first steps and the "
            "last, with None among states for those between.",
        ),
        (
            {"n_steps": 3, "inputs": ["a", "b"]},
            "unrolled: inputs has 2 labels, but there are 3 steps. Give one for each, "
            "and None where there is none.",
        ),
        (
            {"n_steps": 3, "inputs": [0, 1, 1]},
            "unrolled: inputs is [0, 1, 1], but the steps that have one are from 0 to 2, "
            "each named once. A label that is a number is a text: '1'.",
        ),
        (
            {"n_steps": 3, "outputs": [3]},
            "unrolled: outputs is [3], but the steps that have one are from 0 to 2, each "
            "named once. A label that is a number is a text: '1'.",
        ),
        (
            {"n_steps": 3, "parts": {"encoder": 1, "decoder": 1}},
            "unrolled: parts is {'encoder': 1, 'decoder': 1}, but each must have a step, "
            "and all together the 3 of n_steps. Give them as "
            '{"encoder": 3, "decoder": 4}.',
        ),
        (
            {"n_steps": 3, "parts": {"encoder": "3"}},
            "unrolled: parts is {'encoder': '3'}, but each must have a step, and all "
            'together the 3 of n_steps. Give them as {"encoder": 3, "decoder": 4}.',
        ),
        (
            {"n_steps": 2, "parts": {"encoder": 1, "decoder": 1}, "folded": True},
            "unrolled: 2 parts have a cell each, so there is no one cell to fold. Leave "
            "folded out.",
        ),
        (
            {"n_steps": 2, "weights": "U"},
            "unrolled: weights must be 3 labels, from the input, from the state and to "
            "the output, but 'U' came.",
        ),
        (
            {"n_steps": 2, "weights": ("$U$", "from the state", "$V$")},
            "unrolled: 'from the state' among weights is too long to be legible beside an "
            "arrow. Give a symbol, such as '$W$'.",
        ),
        (
            {"n_steps": 4, "inputs": ["a", "international", "b", "c"]},
            NEEDS.format("'international' among inputs", 4),
        ),
        (
            {"n_steps": 4, "states": ["a", "memory", "b", "c"]},
            NEEDS.format("'memory' among states", 4),
        ),
    ],
)
def test_errors(ax, arguments, sentence):
    with says(sentence):
        unrolled(**arguments, ax=ax)
    assert not ax.texts


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            {"inputs": 3},
            "inputs must be a list, but its type is int. Give 3 labels, or the numbers of "
            "the steps that have one.",
        ),
        (
            {"parts": [3]},
            "parts must be a dict of names, but its type is list. Give a dict, such as "
            '{"encoder": 3, "decoder": 4}.',
        ),
    ],
)
def test_what_is_of_another_type(ax, arguments, sentence):
    with says(f"unrolled: {sentence}", TypeError):
        unrolled(3, **arguments, ax=ax)
    assert not ax.texts
