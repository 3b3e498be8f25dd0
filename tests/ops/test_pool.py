import numpy as np
import pytest

from lessons_pkg.ops.pool import (
    adaptive_avg_pool1d,
    adaptive_avg_pool1d_backward,
    adaptive_avg_pool2d,
    adaptive_avg_pool2d_backward,
    avg_pool1d,
    avg_pool1d_backward,
    avg_pool2d,
    avg_pool2d_backward,
    max_pool1d,
    max_pool1d_backward,
    max_pool2d,
    max_pool2d_backward,
)
from lessons_pkg.ops.window import slide

from .check import check_gradients, random

inf, nan = np.inf, np.nan


def test_the_largest_by_hand():
    x = np.array([[[1.0, 2.0, 5.0, 0.0], [4.0, 3.0, 0.0, 6.0]]])
    y, cache = max_pool2d(x, 2)
    np.testing.assert_array_equal(y, [[[4, 6]]])
    dx = max_pool2d_backward(np.array([[[10.0, 20.0]]]), cache)
    np.testing.assert_array_equal(dx, [[[0, 0, 0, 0], [10, 0, 0, 20]]])


def test_overlapping_windows_by_hand():
    x = np.array([[1.0, 7.0, 3.0, 5.0]])
    y, cache = max_pool1d(x, 3, stride=1)  # (1 7 3) and (7 3 5)
    np.testing.assert_array_equal(y, [[7, 7]])
    dx = max_pool1d_backward(np.array([[10.0, 20.0]]), cache)
    np.testing.assert_array_equal(dx, [[0, 30, 0, 0]])


def test_the_mean_by_hand():
    x = np.array([[1.0, 2.0, 3.0, 4.0, 8.0]])
    # Windows (. 1), (2 3), (4 8), where . is padding; and that cut to what is there.
    for options, expected, share in [
        ({}, [0.5, 2.5, 6.0], [5, 10, 10, 15, 15]),
        ({"count_include_pad": False}, [1.0, 2.5, 6.0], [10, 10, 10, 15, 15]),
    ]:
        y, cache = avg_pool1d(x, 2, padding=1, **options)
        np.testing.assert_array_equal(y, [expected])
        dx = avg_pool1d_backward(np.array([[10.0, 20.0, 30.0]]), cache)
        np.testing.assert_array_equal(dx, [share])


def test_a_last_window_that_hangs_over():
    x = np.array([[1.0, 2.0, 3.0, 4.0, 8.0]])
    np.testing.assert_array_equal(max_pool1d(x, 2)[0], [[2, 4]])
    np.testing.assert_array_equal(max_pool1d(x, 2, ceil_mode=True)[0], [[2, 4, 8]])
    # The mean of the one entry that is there, and not of two.
    np.testing.assert_array_equal(avg_pool1d(x, 2, ceil_mode=True)[0], [[1.5, 3.5, 8]])
    # (. . 1 2), (2 3 4 8), (8 . .): padding counts, but not what lies behind it.
    y, _ = avg_pool1d(x, 4, stride=3, padding=2, ceil_mode=True)
    np.testing.assert_array_equal(y, [[3 / 4, 17 / 4, 8 / 3]])


def test_a_divisor_of_ones_own():
    x = np.arange(4.0).reshape(1, 2, 2)
    y, cache = avg_pool2d(x, 2, divisor_override=3)
    np.testing.assert_array_equal(y, [[[2]]])  # (0 + 1 + 2 + 3) / 3
    dx = avg_pool2d_backward(np.array([[[6.0]]]), cache)
    np.testing.assert_array_equal(dx, np.full((1, 2, 2), 2.0))


def test_windows_that_adapt_by_hand():
    x = np.array([[1.0, 2.0, 3.0, 4.0, 8.0]])
    # 5 entries in 3 windows: from 0, 5/3, 10/3 down to whole numbers, to 5/3, 10/3, 5 up.
    y, cache = adaptive_avg_pool1d(x, 3)  # (1 2), (2 3 4), (4 8)
    np.testing.assert_array_equal(y, [[1.5, 3, 6]])
    dx = adaptive_avg_pool1d_backward(np.array([[2.0, 3.0, 4.0]]), cache)
    np.testing.assert_array_equal(dx, [[1, 2, 1, 3, 2]])


def test_one_window_is_the_mean_of_all():
    x = random(2, 3, 5, 7)
    y, _ = adaptive_avg_pool2d(x, 1)
    np.testing.assert_allclose(y[..., 0, 0], x.mean(axis=(2, 3)), rtol=1e-13)


def test_none_keeps_the_size():
    x = random(2, 3, 5, 7)
    np.testing.assert_array_equal(adaptive_avg_pool2d(x, (None, None))[0], x)
    assert adaptive_avg_pool2d(x, (2, None))[0].shape == (2, 3, 2, 7)


@pytest.mark.parametrize(
    ("forward", "backward", "shape"),
    [
        (lambda x: max_pool2d(x, 2), max_pool2d_backward, (2, 3, 6, 4)),
        (lambda x: max_pool2d(x, 3, 2, 1), max_pool2d_backward, (3, 6, 7)),
        (lambda x: max_pool2d(x, 2, 1, 1, 2), max_pool2d_backward, (2, 1, 5, 4)),
        (lambda x: max_pool1d(x, 3, 1), max_pool1d_backward, (2, 3, 7)),
        (lambda x: avg_pool2d(x, 3, 2, 1), avg_pool2d_backward, (2, 3, 6, 7)),
        (lambda x: avg_pool2d(x, 2, 3, 1, True), avg_pool2d_backward, (3, 5, 7)),
        (lambda x: avg_pool1d(x, 3, 1), avg_pool1d_backward, (2, 3, 7)),
        (
            lambda x: adaptive_avg_pool2d(x, (3, 4)),
            adaptive_avg_pool2d_backward,
            (2, 3, 5, 2),
        ),
        (lambda x: adaptive_avg_pool1d(x, 3), adaptive_avg_pool1d_backward, (2, 7)),
    ],
)
def test_gradients(forward, backward, shape):
    x = np.random.default_rng(0).permutation(np.prod(shape)) * 0.3  # no two are equal
    check_gradients(forward, backward, x.reshape(shape))


def test_a_shared_gradient_is_found():
    """As if dy went to all that the window saw, and not to the largest."""
    wrong = lambda dy, cache: np.repeat(np.repeat(dy, 2, 1), 2, 2)  # noqa: E731
    with pytest.raises(AssertionError, match="gradient of input 0"):
        check_gradients(lambda x: max_pool2d(x, 2), wrong, random(3, 4, 4))


# Ties, nan and padding


def test_the_first_of_equal_entries_gets_it_all():
    x = np.array([[[0.0, 5.0, 5.0, 5.0]]])
    y, cache = max_pool2d(x, (1, 4))
    dx = max_pool2d_backward(np.ones_like(y), cache)
    np.testing.assert_array_equal(dx, [[[0, 1, 0, 0]]])


def test_nan_is_larger_than_anything():
    x = np.array([[1.0, nan, inf, 2.0], [1.0, 2.0, 3.0, 4.0]])
    y, cache = max_pool1d(x, 4)
    np.testing.assert_array_equal(y, [[nan], [4]])
    dx = max_pool1d_backward(np.ones_like(y), cache)
    np.testing.assert_array_equal(dx, [[0, 1, 0, 0], [0, 0, 0, 1]])


def test_an_infinite_gradient_stays_with_the_largest():
    _, cache = max_pool1d(np.array([[1.0, 2.0, 4.0, 3.0]]), 2)
    dx = max_pool1d_backward(np.array([[inf, nan]]), cache)
    np.testing.assert_array_equal(dx, [[0, inf, nan, 0]])


def test_padding_is_never_the_largest():
    x = np.full((1, 4), -inf)
    y, cache = max_pool1d(x, 3, padding=1)  # (. a b) and (c d .)
    np.testing.assert_array_equal(y, [[-inf, -inf]])
    dx = max_pool1d_backward(np.ones_like(y), cache)
    np.testing.assert_array_equal(dx, [[1, 0, 1, 0]])


def test_a_window_of_more_taps_than_a_byte_can_number():
    x = np.zeros((1, 300))
    x[0, 299] = 1
    y, cache = max_pool1d(x, 300)
    np.testing.assert_array_equal(max_pool1d_backward(y, cache), x)


# Properties


def test_larger_numbers_give_larger_maxima_and_means():
    x = random(2, 3, 7, 5)
    for pool in (max_pool2d, avg_pool2d):
        np.testing.assert_allclose(
            pool(x + 100, 3, 2)[0], pool(x, 3, 2)[0] + 100, rtol=1e-12
        )


def test_means_keep_the_sum_of_the_gradient():
    dy = random(2, 3, 3, 4)
    _, cache = adaptive_avg_pool2d(random(2, 3, 5, 7), (3, 4))
    dx = adaptive_avg_pool2d_backward(dy, cache)
    np.testing.assert_allclose(dx.sum((2, 3)), dy.sum((2, 3)), rtol=1e-12)


def test_memory_order_makes_no_difference():
    x, dy = random(3, 2, 6, 4), random(3, 2, 3, 2, seed=1)
    last = np.ascontiguousarray(x.transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2)
    for pool, backward in [
        (max_pool2d, max_pool2d_backward),
        (avg_pool2d, avg_pool2d_backward),
    ]:
        (y, cache), (got, got_cache) = pool(x, 2), pool(last, 2)
        np.testing.assert_array_equal(got, y)
        np.testing.assert_array_equal(backward(dy, got_cache), backward(dy, cache))
        assert got.strides[1] == got.itemsize  # the channels are still last


def fitting(size, span, stride, padding, ceil_mode):
    """Count the windows one by one, `span` entries long."""
    count, start, end = 0, -padding, size + padding
    while start + span <= end:
        count, start = count + 1, start + stride
    left_over = start - stride + span < end  # entries that no window has seen
    return count + (ceil_mode and left_over and start < size)


@pytest.mark.parametrize("ceil_mode", [False, True])
def test_how_many_windows_fit(ceil_mode):
    for size, kernel, stride, dilation in np.ndindex(9, 5, 5, 3):
        size, kernel, stride, dilation = size + 1, kernel + 1, stride + 1, dilation + 1
        for padding in range(kernel // 2 + 1):
            span = dilation * (kernel - 1) + 1
            expected = fitting(size, span, stride, padding, ceil_mode)
            numbers = (size, kernel, stride, padding, dilation, ceil_mode)
            if expected:
                assert slide("test", *numbers).outputs == expected
            else:
                with pytest.raises(ValueError, match="does not fit"):
                    slide("test", *numbers)


# Error sentences


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (
            lambda x: max_pool2d(x, 3, padding=2),
            "max_pool2d: padding must be at most half of kernel_size, but "
            "padding=(2, 2) and kernel_size=(3, 3) came.",
        ),
        (
            lambda x: max_pool2d(x, 6),
            "max_pool2d: a kernel of 6 with dilation=1 does not fit into an axis of 4 "
            "with padding=0. Give a larger input or a smaller kernel.",
        ),
        (
            lambda x: max_pool1d(x[0, 0, 0], 2),
            "max_pool1d: input must have shape (N, C, L) or (C, L), where only N may be "
            "0, but came with shape (5,).",
        ),
        (
            lambda x: avg_pool2d(x, 2, divisor_override=0),
            "avg_pool2d: divisor_override must not be 0.",
        ),
        (
            lambda x: avg_pool2d(x, (2, 2, 2)),
            "avg_pool2d: kernel_size must be one or two numbers, each 1 or more, but "
            "(2, 2, 2) came.",
        ),
        (
            lambda x: adaptive_avg_pool2d(x, (2, -1)),
            "adaptive_avg_pool2d: output_size must be one or two numbers, each 0 or "
            "more, but (2, -1) came.",
        ),
    ],
)
def test_what_does_not_fit(call, sentence):
    with pytest.raises(ValueError, match="pool") as error:
        call(np.zeros((2, 3, 4, 5)))
    assert str(error.value) == sentence


def test_no_size_at_all_is_refused():
    with pytest.raises(TypeError) as error:
        adaptive_avg_pool2d(np.zeros((2, 3, 4, 5)), None)
    assert str(error.value) == (
        "adaptive_avg_pool2d: output_size must be of whole numbers, but None came."
    )
