import numpy as np
import pytest

from lessons_pkg.ops import im2col
from lessons_pkg.ops.conv import (
    conv1d,
    conv1d_backward,
    conv2d,
    conv2d_backward,
    conv_transpose2d,
    conv_transpose2d_backward,
)

from .check import check_gradients, random


def plain_conv2d(x, weight, stride=1, padding=0, dilation=1):
    """The sum of the definition, one product after the other."""
    (n, c, h, w), (o, _, kh, kw) = x.shape, weight.shape
    oh = (h + 2 * padding - dilation * (kh - 1) - 1) // stride + 1
    ow = (w + 2 * padding - dilation * (kw - 1) - 1) // stride + 1
    y = np.zeros((n, o, oh, ow))
    for a, b, p, q, k, i, j in np.ndindex(n, o, oh, ow, c, kh, kw):
        row = p * stride + i * dilation - padding
        column = q * stride + j * dilation - padding
        if 0 <= row < h and 0 <= column < w:
            y[a, b, p, q] += weight[b, k, i, j] * x[a, k, row, column]
    return y


def test_a_signal_by_hand():
    x = np.array([[1.0, 2.0, 4.0, 8.0, 16.0]])
    weight = np.array([[[1.0, 0.0, -1.0]]])
    y, cache = conv1d(x, weight, bias=np.array([100.0]), stride=2, padding=1)
    # The windows see (0 1 2), (2 4 8), (8 16 0), where 0 is padding: first - last + 100.
    np.testing.assert_array_equal(y, [[98, 94, 108]])
    dx, dweight, dbias = conv1d_backward(np.array([[1.0, 10.0, 100.0]]), cache)
    # Each dy goes back to what its window saw: times 1 to the first, times -1 to the last.
    # 1 saw (. 1 2): -1 to the 2; 10 saw (2 4 8): 10 to the 2, -10 to the 8;
    # 100 saw (8 16 .): 100 to the 8.
    np.testing.assert_array_equal(dx, [[0, -1 + 10, 0, -10 + 100, 0]])
    # dweight: what each tap saw, times dy: (0 2 8), (1 4 16), (2 8 0) . (1 10 100).
    np.testing.assert_array_equal(dweight, [[[820, 1641, 82]]])
    np.testing.assert_array_equal(dbias, [111])


def test_an_image_by_hand():
    x = np.array([[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]])
    weight = np.array([[[[1.0, 2.0], [0.0, -1.0]]]])
    y, cache = conv2d(x, weight)
    # 1*1 + 2*2 - 5 = 0, 2 + 6 - 6 = 2; 4 + 10 - 8 = 6, 5 + 12 - 9 = 8.
    np.testing.assert_array_equal(y, [[[0, 2], [6, 8]]])
    dx, dweight, _ = conv2d_backward(np.array([[[1.0, 0.0], [0.0, 2.0]]]), cache)
    # The weights at the upper left, plus twice the weights at the lower right.
    np.testing.assert_array_equal(dx, [[[1, 2, 0], [0, -1 + 2, 4], [0, 0, -2]]])
    # What each tap saw, times dy: 1 + 2*5, 2 + 2*6; 4 + 2*8, 5 + 2*9.
    np.testing.assert_array_equal(dweight, [[[[11, 14], [20, 23]]]])


def test_spreading_by_hand():
    x = np.array([[[1.0, 10.0]]])
    weight = np.array([[[[1.0, 2.0, 3.0]]]])
    y, _ = conv_transpose2d(x, weight, stride=(1, 2), output_padding=(0, 1))
    # (1 2 3) at 0 and (10 20 30) at 2 overlap in one place; one zero is added at the end.
    np.testing.assert_array_equal(y, [[[1, 2, 3 + 10, 20, 30, 0]]])


def test_the_same_size_by_hand():
    y, _ = conv1d(
        np.array([[1.0, 2.0, 4.0]]), np.array([[[1.0, 10.0]]]), padding="same"
    )
    # An even window needs one entry of padding, and it goes to the end, as in torch.
    np.testing.assert_array_equal(y, [[1 + 20, 2 + 40, 4]])


OPTIONS = [
    {},
    {"stride": 2, "padding": 1},
    {"dilation": 2, "padding": 2},
    {"stride": 3, "dilation": 2, "padding": 1},
]


@pytest.mark.parametrize("options", OPTIONS)
def test_the_definition(options):
    x, weight = random(2, 3, 7, 5), random(4, 3, 3, 2, seed=1)
    y, _ = conv2d(x, weight, **options)
    np.testing.assert_allclose(y, plain_conv2d(x, weight, **options), rtol=1e-12)


# Padding larger than the kernel, a stride larger, and a kernel larger than the image.
ODD = [
    ({"padding": (4, 3), "stride": (3, 1)}, (2, 2)),
    ({"stride": (4, 3)}, (2, 2)),
    ({"padding": (3, 2)}, (8, 6)),
]


@pytest.mark.parametrize(("options", "kernel"), ODD)
def test_the_definition_for_odd_numbers(options, kernel):
    x, weight = random(2, 3, 7, 5), random(4, 3, *kernel, seed=1)
    padding, stride = options.get("padding", (0, 0)), options.get("stride", (1, 1))
    padded = np.pad(x, [(0, 0), (0, 0), *[(p, p) for p in padding]])
    expected = plain_conv2d(padded, weight)[..., :: stride[0], :: stride[1]]
    y, _ = conv2d(x, weight, **options)
    np.testing.assert_allclose(y, expected, rtol=1e-12)
    check_gradients(
        lambda *inputs: conv2d(*inputs, **options),
        conv2d_backward,
        *(x, weight, random(4, seed=2)),
    )


@pytest.mark.parametrize("options", [*OPTIONS, {"padding": "same"}, {"groups": 2}])
def test_gradients(options):
    groups = options.get("groups", 1)
    x, weight = random(2, 2 * groups, 7, 5), random(4, 2, 3, 2, seed=1)
    check_gradients(
        lambda *inputs: conv2d(*inputs, **options),
        conv2d_backward,
        *(x, weight, random(4, seed=2)),
    )
    if "padding" not in options or options["padding"] != "same":
        weight = random(2 * groups, 2, 3, 2, seed=1)
        check_gradients(
            lambda *inputs: conv_transpose2d(*inputs, **options),
            conv_transpose2d_backward,
            *(random(2, 2 * groups, 3, 4), weight, random(2 * groups, seed=2)),
        )


@pytest.mark.parametrize("options", [*OPTIONS, {"padding": (4, 3), "stride": (3, 1)}])
def test_each_channel_for_itself(options):
    """As many groups as channels: against one convolution a channel, and gradients."""
    x, weight = random(2, 5, 7, 6), random(5, 1, 3, 2, seed=1)
    y, _ = conv2d(x, weight, groups=5, **options)
    for c in range(5):
        alone, _ = conv2d(x[:, [c]], weight[[c]], **options)
        np.testing.assert_allclose(y[:, [c]], alone, rtol=1e-11, atol=1e-13)
    for forward, backward in [
        (conv2d, conv2d_backward),
        (conv_transpose2d, conv_transpose2d_backward),
    ]:
        check_gradients(
            lambda *inputs, f=forward: f(*inputs, groups=5, **options),
            backward,
            *(x, weight, random(5, seed=2)),
        )


def test_each_channel_of_a_signal_for_itself():
    x, weight = random(2, 3, 7), random(3, 1, 2, seed=1)
    y, cache = conv1d(x, weight, groups=3)
    expected = x[..., :-1] * weight[:, 0, :1] + x[..., 1:] * weight[:, 0, 1:]
    np.testing.assert_allclose(y, expected, rtol=1e-12)
    assert [g.shape for g in conv1d_backward(y, cache)[:2]] == [x.shape, weight.shape]


def test_a_zero_gradient_is_found():
    def zeros(dy, cache):
        return tuple(0 * gradient for gradient in conv2d_backward(dy, cache)[:2])

    with pytest.raises(AssertionError, match="gradient of input 0"):
        check_gradients(conv2d, zeros, random(1, 2, 3, 3), random(2, 2, 2, 2))


# Properties


def test_a_moved_image_gives_a_moved_output():
    x, weight = random(1, 2, 9, 9), random(3, 2, 3, 3, seed=1)
    moved = np.roll(x, (2, 1), axis=(2, 3))
    y, got = conv2d(x, weight)[0], conv2d(moved, weight)[0]
    np.testing.assert_allclose(got[..., 2:, 1:], y[..., :-2, :-1], rtol=1e-12)


def test_dx_is_a_convolution_with_the_window_turned_round():
    x, weight = random(2, 3, 7, 5), random(4, 3, 3, 2, seed=1)
    y, cache = conv2d(x, weight)
    dy = random(*y.shape, seed=2)
    turned = weight[:, :, ::-1, ::-1].swapaxes(0, 1)
    expected, _ = conv2d(dy, turned, padding=(2, 1))  # all places that touch dy
    np.testing.assert_allclose(conv2d_backward(dy, cache)[0], expected, rtol=1e-11)


@pytest.mark.parametrize("options", [*OPTIONS, {"groups": 2}])
def test_transposed_means_transposed(options):
    """As matrices: (conv x) . y = x . (conv.T y), for all x and y."""
    groups = options.get("groups", 1)
    x, weight = random(2, 2 * groups, 9, 7), random(4, 2, 3, 3, seed=1)
    y, _ = conv2d(x, weight, **options)
    other = random(*y.shape, seed=2)
    back, _ = conv_transpose2d(other, weight, **options)
    x = x[:, :, : back.shape[2], : back.shape[3]]  # entries that no window saw
    y, _ = conv2d(x, weight, **options)
    np.testing.assert_allclose((y * other).sum(), (x * back).sum(), rtol=1e-11)


@pytest.mark.parametrize(("channels", "outputs"), [(2, 3), (1, 2), (2, 1)])  # a group
def test_groups_are_convolutions_side_by_side(channels, outputs):
    x, bias = random(2, 3 * channels, 5, 7), random(3 * outputs, seed=2)
    weight = random(3 * outputs, channels, 3, 2, seed=1)
    y, cache = conv2d(x, weight, bias, groups=3)
    alone = [
        conv2d(
            x[:, g * channels :][:, :channels],
            weight[g * outputs :][:outputs],
            bias[g * outputs :][:outputs],
        )
        for g in range(3)
    ]
    expected = np.concatenate([y for y, _ in alone], axis=1)
    np.testing.assert_allclose(y, expected, rtol=1e-11, atol=1e-13)
    dy = random(*y.shape, seed=3)
    parts = [
        conv2d_backward(dy[:, g * outputs :][:, :outputs], cache)
        for g, (_, cache) in enumerate(alone)
    ]
    got = conv2d_backward(dy, cache)
    for a, part, axis in zip(got, zip(*parts, strict=True), (1, 0, 0), strict=True):
        expected = np.concatenate(part, axis=axis)
        np.testing.assert_allclose(a, expected, rtol=1e-11, atol=1e-13)


def test_a_window_as_large_as_the_image_is_a_matrix_product():
    x, weight = random(5, 3, 4, 2), random(7, 3, 4, 2, seed=1)
    expected = x.reshape(5, -1) @ weight.reshape(7, -1).T
    np.testing.assert_allclose(
        conv2d(x, weight)[0][..., 0, 0], expected, rtol=1e-11, atol=1e-13
    )


@pytest.mark.parametrize("groups", [1, 3, 6])  # 6: each channel for itself
@pytest.mark.parametrize("n", [1, 6, 7])
def test_blocks_of_images_make_no_difference(monkeypatch, groups, n):
    outputs = 6 if groups == 6 else 9
    x, weight = random(n, 6, 5, 7), random(outputs, 6 // groups, 3, 2)
    bias, other = random(outputs), random(n, outputs, 5, 7)
    for forward, backward, image, rows in [
        (conv2d, conv2d_backward, x, weight),
        (conv_transpose2d, conv_transpose2d_backward, other, weight),
    ]:
        b = bias if forward is conv2d else None
        y, cache = forward(image, rows, b, groups=groups, padding=1)
        dy = random(*y.shape, seed=4)
        expected = (y, *backward(dy, cache))
        # So that some blocks are of two or three images, some of one.
        per_image = 2 * 6 * 7 * 8 if groups == 6 else 9 * 7 * 9 * 6
        monkeypatch.setattr(im2col, "BLOCK", 2 * per_image)
        y, cache = forward(image, rows, b, groups=groups, padding=1)
        for got, whole in zip((y, *backward(dy, cache)), expected, strict=True):
            if whole is not None:
                np.testing.assert_allclose(got, whole, rtol=1e-10, atol=1e-12)
        monkeypatch.undo()


# Numerics, memory and what is not needed


def test_float32_is_kept():
    inputs = [random(*s).astype(np.float32) for s in [(2, 3, 7, 5), (4, 3, 3, 2), (4,)]]
    y, cache = conv2d(*inputs)
    exact, _ = conv2d(*(a.astype(np.float64) for a in inputs))
    assert y.dtype == np.float32
    np.testing.assert_allclose(y, exact, rtol=1e-5, atol=1e-5)
    gradients = conv2d_backward(random(*y.shape), cache)
    assert {g.dtype for g in gradients} == {y.dtype}


def test_infinity_reaches_only_the_outputs_that_see_it():
    x, weight = np.zeros((1, 1, 5, 5)), np.ones((1, 1, 2, 2))
    x[0, 0, 0, 4] = np.inf
    y, _ = conv2d(x, weight)
    np.testing.assert_array_equal(np.argwhere(np.isinf(y)), [[0, 0, 0, 3]])
    np.testing.assert_array_equal(y[np.isfinite(y)], 0)


def test_inputs_are_left_alone():
    x, weight, bias = random(3, 2, 5, 5), random(4, 2, 3, 3), random(4)
    for array in (x, weight, bias):
        array.setflags(write=False)
    y, cache = conv2d(x, weight, bias, padding=1)
    dy = random(*y.shape)
    dy.setflags(write=False)
    first = [gradient.copy() for gradient in conv2d_backward(dy, cache)]
    for a, b in zip(first, conv2d_backward(dy, cache), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_gradient_that_is_one_number_everywhere():
    """As of y.sum(): all entries of dy are the same memory."""
    y, cache = conv2d(random(3, 2, 5, 5), random(4, 2, 3, 3))
    flat = conv2d_backward(np.broadcast_to(1.0, y.shape), cache)
    for a, b in zip(flat, conv2d_backward(np.ones(y.shape), cache), strict=True):
        assert a is b is None or np.array_equal(a, b)


@pytest.mark.parametrize("groups", [1, 4])
def test_the_next_layer_finds_the_channels_last(groups):
    y, _ = conv2d(random(3, 4, 5, 5), random(4, 4 // groups, 3, 3), groups=groups)
    assert y.transpose(0, 2, 3, 1).flags.c_contiguous


@pytest.mark.parametrize("i", range(3))
@pytest.mark.parametrize(
    ("forward", "backward"),
    [(conv2d, conv2d_backward), (conv_transpose2d, conv_transpose2d_backward)],
)
def test_only_what_is_needed(forward, backward, i):
    y, cache = forward(random(2, 4, 5, 5), random(4, 4, 3, 3), random(4))
    dy, needs = random(*y.shape), tuple(j == i for j in range(3))
    got, expected = backward(dy, cache, needs), backward(dy, cache)
    np.testing.assert_array_equal(got[i], expected[i])
    assert [g is not None for g in got] == list(needs)


@pytest.mark.parametrize("groups", [1, 4])
def test_no_images_leave_the_weights_alone(groups):
    x, weight = np.zeros((0, 4, 5, 5)), random(4, 4 // groups, 3, 3)
    y, cache = conv2d(x, weight, random(4), groups=groups)
    dx, dweight, dbias = conv2d_backward(y, cache)
    assert (y.shape, dx.shape) == ((0, 4, 3, 3), (0, 4, 5, 5))
    np.testing.assert_array_equal(dweight, np.zeros(weight.shape), strict=True)
    np.testing.assert_array_equal(dbias, np.zeros(4), strict=True)


# Error sentences


def refused(forward, *shapes, **options):
    with pytest.raises((ValueError, TypeError)) as error:
        forward(*(np.zeros(shape) for shape in shapes), **options)
    return f"{error.type.__name__} {error.value}"


@pytest.mark.parametrize(
    ("shapes", "options", "sentence"),
    [
        (
            [(5, 3, 9, 9), (8, 1, 3, 3)],
            {},
            "ValueError conv2d: input has 3 channels, but weight (8, 1, 3, 3) expects "
            "1. Check in_channels of the layer.",
        ),
        (
            [(5, 3, 9, 9), (8, 2, 3, 3)],
            {"groups": 2},
            "ValueError conv2d: input has 3 channels, but weight (8, 2, 3, 3) with "
            "groups=2 expects 4. Check in_channels and groups of the layer.",
        ),
        (
            [(9, 9), (8, 1, 3, 3)],
            {},
            "ValueError conv2d: input must have shape (N, C, H, W) or (C, H, W), where "
            "only N may be 0, but came with shape (9, 9).",
        ),
        (
            [(1, 9, 9), (8, 3, 3)],
            {},
            "ValueError conv2d: weight must have 4 axes, two of channels and 2 of the "
            "kernel, and none may be 0, but came with shape (8, 3, 3).",
        ),
        (
            [(1, 9, 9), (8, 1, 3, 0)],
            {},
            "ValueError conv2d: weight must have 4 axes, two of channels and 2 of the "
            "kernel, and none may be 0, but came with shape (8, 1, 3, 0).",
        ),
        (
            [(2, 9, 9), (3, 1, 3, 3)],
            {"groups": 2},
            "ValueError conv2d: groups=2 must be 1 or more and divide the first axis of "
            "weight (3, 1, 3, 3).",
        ),
        (
            [(2, 9, 9), (2, 1, 3, 3)],
            {"groups": 0},
            "ValueError conv2d: groups=0 must be 1 or more and divide the first axis of "
            "weight (2, 1, 3, 3).",
        ),
        (
            [(2, 9, 9), (2, 1, 3, 3)],
            {"groups": 2.0},
            "TypeError conv2d: groups must be a whole number, but 2.0 came.",
        ),
        (
            [(1, 9, 9), (8, 1, 3, 3), (1,)],
            {},
            "ValueError conv2d: bias must have shape (8,) to go with weight "
            "(8, 1, 3, 3), but came with shape (1,).",
        ),
        (
            [(1, 9, 2), (8, 1, 3, 3)],
            {},
            "ValueError conv2d: a kernel of 3 with dilation=1 does not fit into an axis "
            "of 2 with padding=0. Give a larger input or a smaller kernel.",
        ),
        (
            [(1, 9, 9), (8, 1, 3, 3)],
            {"stride": 0},
            "ValueError conv2d: stride must be one or two numbers, each 1 or more, but 0 "
            "came.",
        ),
        (
            [(1, 9, 9), (8, 1, 3, 3)],
            {"padding": 0.5},
            "TypeError conv2d: padding must be of whole numbers, but 0.5 came.",
        ),
        (
            [(1, 9, 9), (8, 1, 3, 3)],
            {"padding": "full"},
            'ValueError conv2d: padding must be numbers, "valid" or "same", but \'full\' '
            "came.",
        ),
        (
            [(1, 9, 9), (8, 1, 3, 3)],
            {"padding": "same", "stride": 2},
            'ValueError conv2d: padding="same" needs stride=1, but (2, 2) came.',
        ),
    ],
)
def test_what_does_not_fit(shapes, options, sentence):
    assert refused(conv2d, *shapes, **options) == sentence


def test_what_does_not_fit_in_one_dimension():
    assert refused(conv1d, (2, 9), (4, 2, 3), stride=(1, 2)) == (
        "ValueError conv1d: stride must be one number, each 1 or more, but (1, 2) came."
    )


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (
            {"stride": 2, "output_padding": 2},
            "ValueError conv_transpose2d: output_padding must be smaller than stride or "
            "dilation, but output_padding=2 came with stride=(2, 2) and "
            "dilation=(1, 1).",
        ),
        (
            {"padding": 3},
            "ValueError conv_transpose2d: the output would be of size [0, 0]. Give a "
            "larger input or kernel, or less padding.",
        ),
    ],
)
def test_what_does_not_fit_the_other_way(options, sentence):
    assert refused(conv_transpose2d, (1, 4, 4), (1, 2, 3, 3), **options) == sentence


def test_mixed_dtypes_are_refused():
    with pytest.raises(TypeError) as error:
        conv2d(random(1, 5, 5).astype(np.float32), random(2, 1, 3, 3))
    assert str(error.value) == (
        "conv2d: input, weight and bias must be of one dtype, but float32, float64 came. "
        "Convert them with .astype or .to."
    )
