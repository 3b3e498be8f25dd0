import inspect
import math

import numpy as np
import pytest
import torch

import lessons_pkg as lp
from lessons_pkg.nn import init
from lessons_pkg.nn.linear import Embedding, Linear

SHAPE = (300, 100, 2, 3)  # (out, in, *kernel): fan_in 100 * 6, fan_out 300 * 6
N = math.prod(SHAPE)


def drawn(name, *args, shape=SHAPE, **kwargs):
    t = lp.zeros(*shape)
    assert getattr(init, name)(t, *args, **kwargs, generator=seeded()) is t
    return t.array


def seeded(seed=0):
    return lp.Generator().manual_seed(seed)


def assert_uniform(x, low, high):
    """Kolmogorov's test: the largest gap between the sorted numbers and a straight line.

    For n numbers that are uniform it is above 2 / sqrt(n) once in 1500 times.
    """
    assert low <= x.min()
    assert x.max() <= high
    u = (np.sort(x.ravel().astype(float)) - low) / (high - low)
    gap = np.abs(u - np.arange(1, u.size + 1) / u.size).max()
    assert gap < 2 / math.sqrt(u.size)


def assert_normal(x, mean, std):
    """The same test, after the normal distribution function has made them uniform."""
    z = (np.sort(x.ravel()[:20_000].astype(float)) - mean) / std
    assert_uniform(np.array([math.erfc(-v / math.sqrt(2)) / 2 for v in z]), 0, 1)


def test_uniform():
    assert_uniform(drawn("uniform_"), 0, 1)
    assert_uniform(drawn("uniform_", -3, b=-1), -3, -1)


def test_normal():
    assert_normal(drawn("normal_"), 0, 1)
    assert_normal(drawn("normal_", 5, std=0.1), 5, 0.1)


@pytest.mark.parametrize("std", [-1, math.nan])
def test_normal_without_a_spread(std):
    with pytest.raises(ValueError, match=rf"^normal_: std .* came as {std}\.$"):
        init.normal_(lp.zeros(2), std=std)


def test_the_tests_of_the_distributions_can_fail():
    x = drawn("normal_")
    for wrong in (0.95 * x, x + 0.05, np.round(x, 1)):
        with pytest.raises(AssertionError):
            assert_normal(wrong, 0, 1)
    for wrong in (drawn("uniform_") * 0.99, drawn("uniform_") ** 1.02):
        with pytest.raises(AssertionError):
            assert_uniform(wrong, 0, 1)


def test_trunc_normal():
    x = drawn("trunc_normal_", 1.0, 2.0, a=0.0, b=3.0)
    assert 0 <= x.min() < 0.01 < 2.99 < x.max() <= 3
    below = [
        math.erfc(-v / math.sqrt(2)) / 2 for v in (np.sort(x.ravel()[:20_000]) - 1) / 2
    ]
    ends = [math.erfc(-v / math.sqrt(2)) / 2 for v in (-0.5, 1.0)]
    assert_uniform(np.array(below), *ends)


def test_trunc_normal_too_far_out():
    with pytest.raises(
        NotImplementedError, match=r"a=5 and b=6 so far out, for mean=0\.0"
    ):
        init.trunc_normal_(lp.zeros(3), a=5, b=6)


# gain * sqrt(2 / (fan_in + fan_out)) = sqrt(2 / 2400), and gain / sqrt(fan)
STD = {
    "xavier": math.sqrt(2 / 2400),
    "fan_in": 1 / math.sqrt(600),
    "fan_out": 1 / math.sqrt(1800),
}


@pytest.mark.parametrize("gain", [1.0, 5 / 3])
def test_xavier(gain):
    std = gain * STD["xavier"]
    assert_normal(drawn("xavier_normal_", gain), 0, std)
    bound = (
        math.sqrt(3) * std
    )  # a uniform on [-r, r] has the standard deviation r / sqrt 3
    assert_uniform(drawn("xavier_uniform_", gain), -bound, bound)


@pytest.mark.parametrize("mode", ["fan_in", "fan_out"])
@pytest.mark.parametrize(
    ("a", "nonlinearity", "gain"),
    [
        (0, "leaky_relu", math.sqrt(2)),
        (math.sqrt(5), "leaky_relu", math.sqrt(1 / 3)),
        (0, "relu", math.sqrt(2)),
        (0, "tanh", 5 / 3),
        (0, "linear", 1),
    ],
)
def test_kaiming(mode, a, nonlinearity, gain):
    options = dict(a=a, mode=mode, nonlinearity=nonlinearity)
    std = gain * STD[mode]
    assert_normal(drawn("kaiming_normal_", **options), 0, std)
    bound = math.sqrt(3) * std
    assert_uniform(drawn("kaiming_uniform_", **options), -bound, bound)


@pytest.mark.parametrize("shape", [(3, 7), (7, 3), (5, 5), (4, 2, 3), (1, 1)])
def test_orthogonal(shape):
    q = drawn("orthogonal_", 3.0, shape=shape).reshape(shape[0], -1)
    q = (q if q.shape[0] <= q.shape[1] else q.T) / 3
    np.testing.assert_allclose(q @ q.T, np.eye(len(q)), atol=1e-6)


def test_orthogonal_matrices_of_both_signs():
    # Without Mezzadri's signs, QR alone gives a first entry that is never positive.
    first = [
        init.orthogonal_(lp.zeros(3, 3), generator=seeded(s)).array[0, 0]
        for s in range(200)
    ]
    assert 70 < sum(v > 0 for v in first) < 130


def test_constants():
    t = lp.ones(2, 3)
    np.testing.assert_array_equal(init.constant_(t, 2.5).array, np.full((2, 3), 2.5))
    np.testing.assert_array_equal(init.zeros_(t).array, np.zeros((2, 3)))
    np.testing.assert_array_equal(init.ones_(t).array, np.ones((2, 3)))
    np.testing.assert_array_equal(init.eye_(t).array, np.eye(2, 3))
    assert t.array.dtype == np.float32


NAMES = [name for name in vars(init) if name.endswith("_") and not name.startswith("_")]


@pytest.mark.parametrize("name", [*NAMES, "calculate_gain"])
def test_signatures_are_torchs(name):
    ours = inspect.signature(getattr(init, name)).parameters
    theirs = inspect.signature(getattr(torch.nn.init, name)).parameters
    assert [(p.name, p.default) for p in ours.values()] == [
        (p.name, p.default) for p in theirs.values()
    ]


@pytest.mark.parametrize(
    "arguments",
    [
        *((n,) for n in ("linear", "conv2d", "sigmoid", "tanh", "relu", "selu")),
        ("leaky_relu",),
        ("leaky_relu", 0.3),
        ("leaky_relu", 0),
    ],
)
def test_gains_are_torchs(arguments):
    expected = torch.nn.init.calculate_gain(*arguments)
    assert init.calculate_gain(*arguments) == pytest.approx(expected, rel=1e-15)


def test_the_seed_decides():
    lp.manual_seed(3)
    first, second = init.normal_(lp.zeros(5)).array, init.normal_(lp.zeros(5)).array
    assert (first != second).any()
    lp.manual_seed(3)
    np.testing.assert_array_equal(init.normal_(lp.zeros(5)).array, first)


def test_a_backward_notices_a_value_that_was_drawn_anew():
    w = lp.ones(3, requires_grad=True)
    y = (w * w).sum()
    init.normal_(w)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.backward()


@pytest.mark.parametrize("name", ["xavier_normal_", "kaiming_uniform_", "orthogonal_"])
def test_empty_weights_stay_empty(name):
    assert drawn(name, shape=(0, 3)).shape == (0, 3)


def test_sentences():
    with pytest.raises(ValueError, match="init") as error:
        init.xavier_normal_(lp.zeros(3))
    assert str(error.value) == (
        "nn.init: fan_in and fan_out need a weight of 2 axes or more, but shape (3,) came. "
        "Biases have none: use zeros_ or uniform_."
    )
    with pytest.raises(ValueError, match="init") as error:
        init.kaiming_normal_(lp.zeros(3, 3), mode="fan")
    assert (
        str(error.value)
        == "nn.init: mode must be 'fan_in' or 'fan_out', but 'fan' came."
    )
    with pytest.raises(ValueError, match="calculate_gain") as error:
        init.calculate_gain("swish")
    assert str(error.value) == (
        "calculate_gain: unsupported nonlinearity 'swish'. "
        "Choose one of linear, conv1d, conv2d, leaky_relu, sigmoid, tanh, relu, selu."
    )
    with pytest.raises(
        ValueError, match="eye_: the tensor must have 2 axes, but has 3"
    ):
        init.eye_(lp.zeros(2, 2, 2))


# What the layers start from, as torch's do


def test_linear_starts_uniform():
    lp.manual_seed(0)
    layer = Linear(400, 300)
    for p in (layer.weight, layer.bias):
        assert_uniform(p.array, -1 / 20, 1 / 20)


@pytest.mark.parametrize(
    ("layer", "bound"),
    [
        (lambda: lp.nn.Conv2d(40, 300, 3, groups=2), 1 / math.sqrt(20 * 3 * 3)),
        (lambda: lp.nn.Conv1d(10, 300, 4), 1 / math.sqrt(10 * 4)),
        (lambda: lp.nn.ConvTranspose2d(300, 40, 2), 1 / math.sqrt(40 * 2 * 2)),
        (lambda: lp.nn.GRU(20, 100), 1 / 10),
    ],
)
def test_these_start_uniform(layer, bound):
    lp.manual_seed(0)
    for p in layer().parameters():
        assert_uniform(p.array, -bound, bound)


def test_embedding_starts_normal():
    lp.manual_seed(0)
    layer = Embedding(300, 100, padding_idx=-1)
    assert_normal(layer.weight.array[:-1], 0, 1)
    np.testing.assert_array_equal(layer.weight.array[-1], np.zeros(100))
