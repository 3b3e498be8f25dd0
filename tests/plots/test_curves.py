from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessons_pkg.plots import curves
from lessons_pkg.plots.curves import _spread

from .looking import clipped, says, texts

LABELS = {"xlabel": "epoch", "ylabel": "loss (nats)"}


def named(ax):
    """Return {name: line}."""
    return {line.get_label(): line for line in ax.lines}


def test_each_line_has_its_numbers_and_its_name_at_its_end(ax):
    lines = {"training": [3.0, 2.0, 1.0], "held out": [3.0, 2.5, 2.2]}
    assert curves(lines, [10, 20, 30], **LABELS, ax=ax) is ax
    for name, values in lines.items():
        np.testing.assert_array_equal(named(ax)[name].get_xdata(), [10, 20, 30])
        np.testing.assert_array_equal(named(ax)[name].get_ydata(), values)
    assert {text.get_text(): text.xy for text in ax.texts} == {
        "training": (30, 1.0),
        "held out": (30, 2.2),
    }
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("epoch", "loss (nats)")
    assert ax.get_legend() is None


def test_without_x_the_steps_are_counted_from_zero(ax):
    curves({"a": [5, 6, 7, 8]}, **LABELS, ax=ax)
    np.testing.assert_array_equal(ax.lines[0].get_xdata(), [0, 1, 2, 3])


def test_lines_differ_in_colour_dashes_and_marker(ax):
    curves({str(k): [0, k] for k in range(6)}, **LABELS, ax=ax)
    for look in ("get_color", "get_marker"):
        assert len({getattr(line, look)() for line in ax.lines}) == 6
    assert len({str(line._unscaled_dash_pattern) for line in ax.lines}) == 6
    assert ax.lines[0].get_markevery() == [-1]


def test_several_runs_are_a_median_and_a_band_from_least_to_greatest(ax):
    runs = np.array([[1.0, 5.0], [2.0, 3.0], [9.0, 4.0]])
    curves({"training": runs}, **LABELS, ax=ax)
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), [2.0, 4.0])
    (band,) = ax.collections
    corners = {tuple(v) for v in band.get_paths()[0].vertices.tolist()}
    assert {(0, 1), (0, 9), (1, 3), (1, 5)} == corners


def test_one_run_has_no_band(ax):
    curves({"training": [[1.0, 2.0]]}, **LABELS, ax=ax)
    assert not ax.collections


def overlaps(ax):
    ax.figure.draw_without_rendering()
    boxes = [super(type(t), t).get_window_extent() for t in ax.texts]
    boxes.sort(key=lambda box: box.y0)
    return [a.y1 > b.y0 + 1 for a, b in pairwise(boxes)]


def test_names_of_lines_that_end_together_do_not_touch(ax):
    ends = {"step": 1.0, "tanh": 0.999, "sigmoid": 0.98, "identity": 4.0, "relu": 4.0}
    curves({name: [0, end] for name, end in ends.items()}, **LABELS, ax=ax)
    assert not any(overlaps(ax))
    assert clipped(ax.figure) == []
    # and each is joined to its line
    assert all(text.arrow_patch is not None for text in ax.texts)


def test_names_that_have_room_stay_level_with_their_lines(ax):
    curves({"a": [0, 0.0], "b": [0, 1.0]}, **LABELS, ax=ax)
    assert [text.xyann[1] for text in ax.texts] == pytest.approx([0, 0])
    assert all(text.arrow_patch is None for text in ax.texts)


def test_names_on_a_logarithmic_scale(ax):
    ax.set_yscale("log")
    curves({"a": [1, 1e-3], "b": [1, 1e-5]}, **LABELS, ax=ax)
    assert [text.xyann[1] for text in ax.texts] == pytest.approx([0, 0])


def test_names_keep_the_order_of_the_ends(ax):
    curves({"low": [0, 1.0], "high": [0, 1.001]}, **LABELS, ax=ax)
    low, high = ax.texts
    assert low.xyann[1] < high.xyann[1]
    assert texts(ax) == ["low", "high"]


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=8))
def test_spread_keeps_order_and_gap(ends):
    placed = _spread(np.array(ends), 10.0)
    order = np.argsort(ends, kind="stable")
    assert np.all(np.diff(placed[order]) >= 10 - 1e-6)
    assert placed.mean() == pytest.approx(np.mean(ends), abs=1e-6)


def test_spread_by_hand():
    # 0 and 2 touch: they go to 1 - 5 and 1 + 5. 40 is far away and stays.
    np.testing.assert_allclose(_spread(np.array([40.0, 2.0, 0.0]), 10), [40, 6, -4])


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            {"lines": {}},
            "curves: lines is empty, so there is nothing to draw. Give a dict of named "
            'curves, such as {"training": losses}.',
        ),
        (
            {"ylabel": ""},
            "curves: ylabel is empty, but a reader must know what the axis measures. "
            'Give its name and unit, such as "loss (nats)".',
        ),
        (
            {"x": [1, 2]},
            "curves: 'a' has the shape (1, 3), but x has (2,). Each line must be (T,), "
            "or (n_runs, T), and x (T,).",
        ),
        (
            {"lines": {"a": [1, np.nan, 2]}},
            "curves: 'a' holds a value that is not finite (inf or nan). Find where the "
            "computation left the range of numbers.",
        ),
    ],
)
def test_errors(ax, arguments, sentence):
    with says(sentence):
        curves(**{"lines": {"a": [1, 2, 3]}, "ax": ax} | LABELS | arguments)
