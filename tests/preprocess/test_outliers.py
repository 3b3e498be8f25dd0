import numpy as np
import pytest
from hypothesis import given
from matplotlib.cbook import boxplot_stats

from lessons_pkg.preprocess import OutlierClipper

from .generated import quick, refuses, tables

X = np.array([[1.0], [2.0], [3.0], [4.0], [50.0]])


def test_by_hand():
    # quartiles 2 and 4, range 2: fences 2 - 3 and 4 + 3
    made = OutlierClipper().fit(X)
    assert (made.lower_, made.upper_) == ([-1.0], [7.0])
    assert made.transform(X).ravel().tolist() == [1, 2, 3, 4, 7]
    assert made.outside(X).ravel().tolist() == [False] * 4 + [True]
    assert made.transform([[-5.0]]) == [[-1.0]]


@quick
@given(tables(kinds=("normal", "large"), min_rows=3))
def test_it_finds_what_a_box_plot_draws_as_points(x):
    outside = OutlierClipper().fit(x).outside(x)
    for i, drawn in enumerate(boxplot_stats(x)):
        np.testing.assert_array_equal(
            np.sort(x[outside[:, i], i]), np.sort(drawn["fliers"])
        )


def test_the_whisker_is_measured_in_ranges():
    made = OutlierClipper(3).fit(X)
    assert (made.lower_, made.upper_) == ([-4.0], [10.0])


def test_a_wide_whisker_changes_nothing():
    np.testing.assert_array_equal(OutlierClipper(1000).fit_transform(X), X)


def test_a_constant_column_stays():
    np.testing.assert_array_equal(OutlierClipper().fit_transform(np.ones((5, 2))), 1)


def test_float32_stays():
    assert OutlierClipper().fit_transform(X.astype(np.float32)).dtype == np.float32


def test_a_column_whose_middle_half_is_one_value():
    refuses(
        lambda: OutlierClipper().fit([[1.0, 0.0]] * 9 + [[2.0, 1.0]]),
        "OutlierClipper: in column 0 the middle half is one value, so both fences would "
        "stand on it and the rest would be lost. Leave the column out.",
    )


@pytest.mark.parametrize("whisker", [-1, float("nan"), float("inf"), "1"])
def test_a_whisker_that_is_none(whisker):
    refuses(
        lambda: OutlierClipper(whisker).fit(X),
        f"OutlierClipper: whisker must be a finite number of 0 or more, but {whisker!r} "
        f"came. Tukey's fences have 1.5.",
    )
