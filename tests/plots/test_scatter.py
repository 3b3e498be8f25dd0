import numpy as np
import pytest
from matplotlib.colors import to_rgba

from lessons_pkg.plots import points, style

from .looking import says

X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0], [2.0, 0.5]])
Y = np.array([0, 1, 1, 0, 1])


def test_each_class_has_its_points_colour_and_marker(ax):
    assert points(X, Y, ax=ax) is ax
    zero, one = ax.collections
    np.testing.assert_array_equal(zero.get_offsets(), X[[0, 3]])
    np.testing.assert_array_equal(one.get_offsets(), X[[1, 2, 4]])
    assert to_rgba(style.CYCLE[0]) == pytest.approx(zero.get_facecolor()[0])
    assert to_rgba(style.CYCLE[1]) == pytest.approx(one.get_facecolor()[0])
    shapes = [marks.get_paths()[0].vertices.shape for marks in (zero, one)]
    assert shapes[0] != shapes[1]


def test_the_key_names_the_classes_beside_the_points(ax):
    points(X, Y, ax=ax, labels=("silent", "fires"))
    key = ax.get_legend()
    assert [text.get_text() for text in key.get_texts()] == ["silent", "fires"]
    ax.figure.draw_without_rendering()
    assert key.get_window_extent().x0 >= ax.get_window_extent().x1


def test_axes_are_named_but_a_name_that_is_there_stays(ax):
    ax.set_ylabel("petal width (cm)")
    points(X, Y, ax=ax)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("$x_1$", "petal width (cm)")


def test_a_class_without_points_keeps_the_colours_of_the_others(ax):
    points(X, np.ones(5, int), ax=ax)
    assert len(ax.collections[0].get_offsets()) == 0
    assert len(ax.collections[1].get_offsets()) == 5


def test_without_axes_the_current_ones_are_used(ax):
    assert points(X, Y) is ax


@pytest.mark.parametrize(
    ("x", "y", "sentence"),
    [
        (
            np.zeros((5, 3)),
            Y,
            "points: x must be (N, 2), one point a row, but its shape is (5, 3). "
            "Choose two columns, x[:, [0, 1]].",
        ),
        (
            X,
            Y[:4],
            "points: x has 5 rows, so y must be (5,), but its shape is (4,). Give one "
            "class for each point.",
        ),
        (
            X,
            [0, 1, 2, 0, 1],
            "points: y holds the class 2, but labels names only the classes 0 to 1. "
            "Number the classes from 0, and give each a label.",
        ),
        (
            X,
            [-1, 1, 1, -1, 1],
            "points: y holds the class -1, but labels names only the classes 0 to 1. "
            "Number the classes from 0, and give each a label.",
        ),
    ],
)
def test_errors(ax, x, y, sentence):
    with says(sentence):
        points(x, y, ax=ax)
    assert not ax.collections


def test_a_ring_stands_round_the_point_that_is_named(ax):
    points(X, Y, ax=ax, ring=3)
    *_, ring = ax.collections
    np.testing.assert_array_equal(ring.get_offsets(), X[[3]])
    assert len(ring.get_facecolor()) == 0
    assert len(ax.get_legend().get_texts()) == 2


@pytest.mark.parametrize(("n", "size"), [(5, 130), (100, 130), (200, 65), (5000, 28)])
def test_many_points_have_small_marks_but_the_key_keeps_its_own(ax, n, size):
    points(np.zeros((n, 2)), np.zeros(n, int), ax=ax)
    assert ax.collections[0].get_sizes() == [size]
    assert [mark.get_sizes()[0] for mark in ax.get_legend().legend_handles] == [130] * 2
