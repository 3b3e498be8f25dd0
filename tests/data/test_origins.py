import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessons_pkg.data import Origins, rolling_origin

small = st.integers(1, 9)


def test_by_hand():
    origins = rolling_origin(10, first=6, horizon=2, step=2)
    assert list(origins) == [
        (slice(0, 6), slice(6, 8)),
        (slice(0, 8), slice(8, 10)),
    ]
    assert list(rolling_origin(5, 3, window=2)) == [
        (slice(1, 3), slice(3, 4)),
        (slice(2, 4), slice(4, 5)),
    ]
    assert list(origins.at) == [6, 8]


@given(st.integers(1, 40), small, small, small, st.none() | small)
def test_what_an_origin_is(first, horizon, step, more, window):
    n = first + horizon + more
    if window is not None:
        window = min(window, first)
    origins = rolling_origin(n, first, horizon, step, window)
    x = np.arange(n)
    assert len(origins) == len(list(origins)) == len(origins.at)
    for t, (train, test) in zip(origins.at, origins, strict=True):
        assert x[train][-1] == t - 1  # the present is the last value known
        assert len(x[train]) == (window or t)
        np.testing.assert_array_equal(x[test], np.arange(t, t + horizon))
    assert origins.at[0] == first
    np.testing.assert_array_equal(np.diff(origins.at), step)
    assert origins.at[-1] + horizon <= n < origins.at[-1] + step + horizon


def test_it_is_a_sequence():
    origins = rolling_origin(20, 10)
    assert len(origins) == 10
    assert origins[-1] == (slice(0, 19), slice(19, 20))
    some = origins[::4]
    assert isinstance(some, Origins)
    assert list(some.at) == [10, 14, 18]
    with pytest.raises(IndexError):
        origins[10]


def test_it_is_scikit_learns_time_series_split():
    from sklearn.model_selection import TimeSeriesSplit

    theirs = TimeSeriesSplit(n_splits=4, test_size=3).split(np.zeros(20))
    x = np.arange(20)
    for (train, test), (a, b) in zip(
        rolling_origin(20, first=8, horizon=3, step=3), theirs, strict=True
    ):
        np.testing.assert_array_equal(x[train], a)
        np.testing.assert_array_equal(x[test], b)


def test_repr():
    assert repr(rolling_origin(20, 10, 3)) == (
        "Origins: 8, each all before it to learn from, 3 to forecast"
    )
    assert repr(rolling_origin(20, 10, window=5)) == (
        "Origins: 10, each the 5 before it to learn from, 1 to forecast"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            dict(n=5, first=4, horizon=2),
            "first=4 and horizon=2 are more than the n=5 values. Give a longer series, or "
            "smaller numbers.",
        ),
        (
            dict(n=9, first=3, window=4),
            "window=4 is more than the first=3 values before the first origin. Give a "
            "smaller window, or a later first.",
        ),
        (
            dict(n=9, first=0),
            "first=0 must be a whole number, 1 or more. Give such a number.",
        ),
        (
            dict(n=9, first=3, step=0),
            "step=0 must be a whole number, 1 or more. Give such a number.",
        ),
        (
            dict(n=9, first=3, window=0),
            "window=0 must be a whole number, 1 or more. Give such a number.",
        ),
    ],
)
def test_what_leaves_no_origin(arguments, message):
    with pytest.raises(ValueError, match="rolling_origin") as error:
        rolling_origin(**arguments)
    assert str(error.value) == f"rolling_origin: {message}"


def test_a_series_in_place_of_its_length():
    with pytest.raises(TypeError) as error:
        rolling_origin(np.arange(9), 3)
    assert str(error.value) == (
        "rolling_origin: n must be the number of values, but is of type ndarray. Give "
        "len(x)."
    )
