import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure

from lessons_pkg.plots import boundary, points, style

from .looking import area, arrows, says, texts

WHOLE = 12.0  # the plane shown is 4 wide and 3 high


def tints(ax):
    """Return {class: area of its tint}."""
    colours = {to_rgba(style.CYCLE[k])[:3]: k for k in (0, 1)}
    return {
        colours[patch.get_facecolor()[:3]]: area(patch.get_xy()[:-1])
        for patch in ax.patches
    }


def test_the_line_of_and_by_hand(plane):
    # x_1 + x_2 - 1.5 = 0 meets x_2 = 2 at x_1 = -0.5 and x_2 = -1 at x_1 = 2.5.
    assert boundary([1, 1], -1.5, plane) is plane
    (line,) = plane.lines
    ends = sorted(line.get_xydata().tolist())
    np.testing.assert_allclose(ends, [[-0.5, 2.0], [2.5, -1.0]])
    # Left of it lies a trapezium of height 3 and sides 0.5 and 3.5.
    assert tints(plane) == pytest.approx({0: 6.0, 1: 6.0})


def test_the_arrow_points_along_w_from_the_line(plane):
    boundary([2, -1], 0.5, plane)
    ((tail, head, *_),) = arrows(plane)
    assert tail @ (2, -1) + 0.5 == pytest.approx(0)
    step = head - tail
    np.testing.assert_allclose(step / np.hypot(*step), np.array([2, -1]) / 5**0.5)
    assert "$w$" in texts(plane)


def test_the_arrow_stands_at_a_right_angle_on_the_screen(plane):
    boundary([2, -1], 0.5, plane)
    plane.figure.draw_without_rendering()
    ((tail, head, *_),) = arrows(plane)
    a, b = plane.transData.transform(plane.lines[0].get_xydata())
    tail, head = plane.transData.transform([tail, head])
    assert (b - a) @ (head - tail) == pytest.approx(0, abs=1e-6)


def test_a_vertical_line(plane):
    boundary([-2, 0], 1, plane)  # fires where x_1 < 0.5: 1.5 of 4
    assert sorted(plane.lines[0].get_xydata().tolist()) == [[0.5, -1], [0.5, 2]]
    assert tints(plane) == pytest.approx({0: 7.5, 1: 4.5})
    ((tail, head, *_),) = arrows(plane)
    assert head[0] < tail[0]


def test_a_horizontal_line(plane):
    boundary([0, 1], 0, plane)
    assert sorted(plane.lines[0].get_xydata().tolist()) == [[-1, 0], [3, 0]]
    assert tints(plane) == pytest.approx({0: 4.0, 1: 8.0})


@pytest.mark.parametrize(("bias", "expected"), [(9, {1: WHOLE}), (-9, {0: WHOLE})])
def test_a_line_outside_the_view_tints_all_of_it(plane, bias, expected):
    boundary([1, 1], bias, plane)
    assert not plane.lines
    assert not arrows(plane)
    assert tints(plane) == pytest.approx(expected)
    assert texts(plane) == [("silent", "fires")[next(iter(expected))]]


@pytest.mark.parametrize(
    ("bias", "expected"), [(1, {1: WHOLE}), (-1, {0: WHOLE}), (0, {})]
)
def test_zero_weights_make_no_line(plane, bias, expected):
    boundary([0, 0], bias, plane)
    assert not plane.lines
    assert tints(plane) == pytest.approx(expected)
    assert len(texts(plane)) == len(expected)


def test_a_line_through_corners_and_along_an_edge(plane):
    boundary([3, -4], -1, plane)  # from (-1, -1) to (3, 2)
    assert tints(plane) == pytest.approx({0: 6.0, 1: 6.0})
    assert sorted(plane.lines[0].get_xydata().tolist()) == [[-1, -1], [3, 2]]


numbers = st.floats(-5, 5).map(lambda v: round(v, 3))


@given(w1=numbers, w2=numbers, bias=numbers)
def test_line_tints_and_names_agree_with_the_score(w1, w2, bias):
    ax = Figure().add_subplot()
    ax.set(xlim=(-1, 3), ylim=(-1, 2))
    boundary([w1, w2], bias, ax)
    for line in ax.lines:
        np.testing.assert_allclose(
            line.get_xydata() @ (w1, w2) + bias, 0, atol=1e-9 * (1 + abs(bias))
        )
    if w1 or w2 or bias:
        assert sum(tints(ax).values()) == pytest.approx(WHOLE)
    for text in ax.texts:
        if text.get_text() in ("silent", "fires"):
            score = np.dot(text.get_position(), (w1, w2)) + bias
            assert (score > 0) == (text.get_text() == "fires")
    assert ax.get_xlim() == (-1, 3)
    assert ax.get_ylim() == (-1, 2)


def test_names_and_arrow_keep_clear_of_the_points(ax):
    x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    points(x, [0, 0, 0, 1], ax=ax)
    boundary([1, 1], -1.5, ax)
    places = [t.get_position() for t in ax.texts if t.get_text() in ("silent", "fires")]
    places += [head for _, head, *_ in arrows(ax)]
    assert len(places) == 3
    for place in places:
        assert np.hypot(*(x - place).T).min() > 0.15


def test_a_sliver_is_tinted_but_has_no_name(plane):
    boundary([0, 1.062], 1, plane)  # silent only below x_2 = -0.94
    assert tints(plane)[0] == pytest.approx(4 * (1 - 1 / 1.062))
    assert "silent" not in texts(plane)
    assert "fires" in texts(plane)


def test_labels_and_arrow_can_be_left_out(plane):
    boundary([1, 1], -1.5, plane, labels=None, arrow=False)
    assert texts(plane) == []
    assert not arrows(plane)
    assert plane.get_aspect() == "auto"


def test_other_labels(plane):
    boundary([1, 1], -1.5, plane, labels=("no", "yes"))
    assert {"no", "yes"} <= set(texts(plane))


@pytest.mark.parametrize(
    ("weight", "bias", "sentence"),
    [
        (
            [1, 2, 3],
            0,
            "boundary: weight must be (2,), one weight for each axis of the plane, but "
            "its shape is (3,). Give the weights of one neuron.",
        ),
        (
            [1, 2],
            [1, 2],
            "boundary: bias must be one number, but its shape is (2,). Give the bias "
            "of one neuron.",
        ),
        (
            [np.inf, 2],
            0,
            "boundary: weight holds a value that is not finite (inf or nan). Find "
            "where the computation left the range of numbers.",
        ),
    ],
)
def test_errors(plane, weight, bias, sentence):
    with says(sentence):
        boundary(weight, bias, plane)


def test_distances_join_each_point_to_the_nearest_of_the_line(ax):
    ax.set(xlim=(-1, 5), ylim=(-1, 4))
    boundary([3, 4], -10, ax, distances=[[0, 0], [4, 2]])
    drawn = [line.get_xydata() for line in ax.lines if line.get_label() == "_distance"]
    for (point, foot), start in zip(drawn, [[0, 0], [4, 2]], strict=True):
        np.testing.assert_array_equal(point, start)
        assert foot @ [3, 4] == pytest.approx(10)  # on the line
        assert np.linalg.norm(point - foot) == pytest.approx(2)  # |z| / 5
