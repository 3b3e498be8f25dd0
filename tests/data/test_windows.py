"""Windows, by the property that matters: nothing from the future, nothing in two parts."""

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st

import lessons_pkg as lp
from lessons_pkg.data import Series, windows


@st.composite
def cases(draw):
    """A length and arguments that leave a window or more."""
    n_in, n_out, stride = draw(st.tuples(*[st.integers(1, 5)] * 3))
    length = draw(st.integers(n_in + n_out, 40))
    start = draw(st.integers(0, length - n_out))
    stop = draw(st.integers(max(start, n_in) + n_out, length + n_out))
    assume(stop <= length)
    return length, dict(n_in=n_in, n_out=n_out, stride=stride, start=start, stop=stop)


def test_by_hand():
    x = [10, 11, 12, 13, 14, 15]
    inputs, targets = windows(x, n_in=3)
    np.testing.assert_array_equal(
        inputs, np.array([[10.0, 11, 12], [11, 12, 13], [12, 13, 14]]), strict=True
    )
    np.testing.assert_array_equal(targets, np.array([[13.0], [14], [15]]), strict=True)
    inputs, targets = windows(x, 2, n_out=2, stride=2)
    assert inputs.tolist() == [[10, 11], [12, 13]]
    assert targets.tolist() == [[12, 13], [14, 15]]
    # From 4 on: the inputs reach back before it, the targets do not.
    inputs, targets = windows(x, 3, start=4)
    assert inputs.tolist() == [[11, 12, 13], [12, 13, 14]]
    assert targets.tolist() == [[14], [15]]
    inputs, targets = windows(x, 3, stop=4)
    assert (inputs.tolist(), targets.tolist()) == ([[10, 11, 12]], [[13]])


@given(cases())
def test_where_each_window_lies(case):
    length, arguments = case
    inputs, targets = windows(np.arange(length), **arguments)
    n_in, n_out, stride, start, stop = arguments.values()
    first = targets[:, 0]
    np.testing.assert_array_equal(
        first, max(start, n_in) + stride * np.arange(len(first))
    )
    np.testing.assert_array_equal(targets - first[:, None], [range(n_out)] * len(first))
    np.testing.assert_array_equal(
        inputs - first[:, None], [range(-n_in, 0)] * len(first)
    )
    assert targets.min() >= start
    assert targets.max() < stop
    assert first[-1] + stride + n_out > stop  # none more would have fitted


@given(cases(), st.data())
def test_no_input_changes_when_its_target_or_anything_later_does(case, data):
    length, arguments = case
    x = np.random.default_rng(length).normal(size=length)
    inputs, targets = windows(x, **arguments)
    i = data.draw(st.integers(0, len(inputs) - 1))
    at = int(np.flatnonzero(x == targets[i, 0])[0])
    changed = x.copy()
    changed[at:] += data.draw(st.floats(1, 100))
    after_inputs, after_targets = windows(changed, **arguments)
    np.testing.assert_array_equal(after_inputs[: i + 1], inputs[: i + 1])
    assert (after_targets[i] != targets[i]).all()
    # The input is the past itself: change the value before the target, and it changes.
    changed = x.copy()
    changed[at - 1] += 1
    assert windows(changed, **arguments)[0][i, -1] != inputs[i, -1]


@given(st.integers(12, 60), st.integers(1, 4), st.integers(1, 3), st.data())
def test_no_target_of_the_one_part_is_anywhere_in_the_targets_of_the_other(
    length, n_in, n_out, data
):
    border = data.draw(st.integers(n_in + n_out, length - n_out))
    x = np.arange(length)
    train_inputs, train_targets = windows(x, n_in, n_out, stop=border)
    _, test_targets = windows(x, n_in, n_out, start=border)
    assert train_targets.max() < border <= test_targets.min()
    assert train_inputs.max() < border  # nothing of the test range is learned from
    # The test range may change as it likes: what is learned from stays.
    x[border:] = -1
    np.testing.assert_array_equal(windows(x, n_in, n_out, stop=border)[0], train_inputs)
    np.testing.assert_array_equal(
        windows(x, n_in, n_out, stop=border)[1], train_targets
    )
    # Together, and with one target each, they are all that can be a target.
    if n_out == 1:
        both = np.concatenate([train_targets, test_targets]).ravel()
        np.testing.assert_array_equal(both, np.arange(n_in, length))


def test_the_test_of_leakage_can_fail():
    """Windows of the whole series, shuffled and split: the future is in the training."""
    inputs, targets = windows(np.arange(50), n_in=4)
    order = np.random.default_rng(0).permutation(len(inputs))
    train, test = order[:36], order[36:]
    assert inputs[train].max() > targets[test].min()
    assert np.isin(targets[test], inputs[train]).mean() > 0.5


def test_the_windows_are_arrays_of_their_own():
    x = np.arange(9.0)
    inputs, targets = windows(x, 2)
    inputs[:] = targets[:] = -1
    np.testing.assert_array_equal(x, np.arange(9.0))
    inputs, _ = windows(x, 2)
    inputs[0, 1] = -1  # would also be inputs[1, 0] in a view
    assert inputs[1, 0] == 1


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_floats_stay_what_they_are_and_whole_numbers_become_float64(dtype):
    for part in windows(np.arange(9, dtype=dtype), 2):
        assert part.dtype == dtype
    for part in windows(np.arange(9), 2):
        assert part.dtype == np.float64


@pytest.mark.parametrize("make", [list, tuple, torch.tensor, lp.tensor])
def test_a_series_may_come_in_anything(make):
    inputs, targets = windows(make([1.0, 2.0, 3.0]), 2)
    assert (inputs.tolist(), targets.tolist()) == ([[1, 2]], [[3]])
    assert isinstance(inputs, np.ndarray)


def sentence(error, *args, **options):
    with pytest.raises(error) as caught:
        windows(*args, **options)
    return str(caught.value)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (dict(n_in=5), "n_in=5 and n_out=1, with targets from position 0 to 5"),
        (dict(n_in=9), "n_in=9 and n_out=1, with targets from position 0 to 5"),
        (
            dict(n_in=3, n_out=3),
            "n_in=3 and n_out=3, with targets from position 0 to 5",
        ),
        (
            dict(n_in=2, start=5),
            "n_in=2 and n_out=1, with targets from position 5 to 5",
        ),
        (dict(n_in=2, stop=0), "n_in=2 and n_out=1, with targets from position 0 to 0"),
        (
            dict(n_in=1, start=4, stop=2),
            "n_in=1 and n_out=1, with targets from position 4 to 2",
        ),
    ],
)
def test_no_room(options, text):
    assert sentence(ValueError, np.arange(5), **options) == (
        f"windows: there is no room for a window: {text} of 5 values. Give a longer "
        "series, or smaller numbers."
    )


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_gaps(value):
    assert sentence(ValueError, [1, 2, value, 4], 1) == (
        f"windows: x holds {value} at position 2. Fill gaps first, from earlier values "
        "alone: a later one would leak."
    )


def test_positions_outside():
    assert sentence(ValueError, [[1, 2], [3]], 1).endswith(
        "Give numbers, in a list, an array or a tensor."
    )
    assert sentence(ValueError, np.arange(9), 2, start=-3) == (
        "windows: start=-3 must be a position from 0 to 9, the length of x. Count from "
        "the end as len(x) - k."
    )
    assert sentence(ValueError, np.arange(9), 2, stop=10).startswith(
        "windows: stop=10 must be a position from 0 to 9"
    )
    for wrong in (2.0, True, "2"):
        assert "must be a whole number" in sentence(
            ValueError, np.arange(9), 2, stop=wrong
        )


@pytest.mark.parametrize(
    ("error", "x", "start"),
    [
        (TypeError, "12345", "x must hold numbers, but its dtype is <U5."),
        (TypeError, ["1", "2", "3"], "x must hold numbers, but its dtype is <U1."),
        (TypeError, [True, False] * 3, "x must hold numbers, but its dtype is bool."),
        (TypeError, [1, None, 3], "x must hold numbers, but its dtype is object."),
        (ValueError, np.zeros((9, 2)), "x must have shape (T,), but came with shape"),
        (ValueError, 5.0, "x must have shape (T,), but came with shape ()."),
        (ValueError, [[1.0], [1, 2]], "x makes no array: "),
        (ValueError, [], "there is no room for a window"),
    ],
)
def test_what_is_no_series(error, x, start):
    assert sentence(error, x, 1).startswith(f"windows: {start}")


def test_a_series_with_its_origin_is_no_array():
    series = Series("a", np.arange(3), np.arange(3.0), 1, "", "", "")
    assert sentence(TypeError, series, 1) == (
        "windows: x must hold numbers, but its dtype is object. Convert it with "
        "astype(float); of a Series give its .x."
    )


@pytest.mark.parametrize("name", ["n_in", "n_out", "stride"])
@pytest.mark.parametrize("value", [0, -1, 1.0, True, None])
def test_numbers_that_are_none(name, value):
    options = dict(n_in=1) | {name: value}
    assert sentence(ValueError, np.arange(9), **options) == (
        f"windows: {name}={value!r} must be a whole number, 1 or more. Give such a number."
    )


@pytest.mark.parametrize("engine", [torch, lp])
def test_a_tensor_with_a_gradient_gives_arrays(engine):
    x = engine.tensor([1.0, 2.0, 3.0], requires_grad=True)
    for got, want in zip(windows(x, 1), windows([1, 2, 3], 1), strict=True):
        assert type(got) is np.ndarray
        np.testing.assert_array_equal(got, want)
