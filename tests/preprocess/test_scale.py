import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import preprocessing as sk

from lessons_pkg import preprocess as pre

from .generated import quick, refuses, same, tables

# By hand


def test_standardise_by_hand():
    # 1, 3, 8: mean 4, squares 9 + 1 + 16 = 26, over N = 3
    scaler = pre.StandardScaler().fit([[1.0], [3.0], [8.0]])
    assert scaler.mean_.tolist() == [4.0]
    assert scaler.var_.tolist() == pytest.approx([26 / 3])
    np.testing.assert_allclose(
        scaler.transform([[4.0], [4 + np.sqrt(26 / 3)]]), [[0.0], [1.0]], rtol=1e-12
    )


def test_normalise_by_hand():
    scaler = pre.MinMaxScaler().fit([[2.0, 5.0], [4.0, 5.0]])
    assert scaler.transform([[2.5, 5.0], [6.0, 6.0]]).tolist() == [[0.25, 0], [2, 1]]


def test_robust_by_hand():
    # median 3, quartiles 2 and 4; 100 moves neither
    scaler = pre.RobustScaler().fit([[1.0], [2.0], [3.0], [4.0], [100.0]])
    assert (scaler.center_, scaler.scale_) == ([3.0], [2.0])


def test_rows_by_hand():
    x = [[3.0, -4.0], [0.0, 0.0]]
    expected = {"l2": [0.6, -0.8], "l1": [3 / 7, -4 / 7], "max": [0.75, -1.0]}
    for norm, row in expected.items():
        np.testing.assert_allclose(pre.Normalizer(norm).transform(x), [row, [0, 0]])


# Equal to scikit-learn


@quick
@given(tables(min_rows=1), st.booleans(), st.booleans())
def test_standard(x, with_mean, with_std):
    arguments = dict(with_mean=with_mean, with_std=with_std)
    names = ("mean_", "var_", "scale_") if with_mean and with_std else ()
    same(
        *(pre.StandardScaler(**arguments), sk.StandardScaler(**arguments)),
        *(x, x[::-1] * 2 + 1, names),
        rtol=1e-8,
    )


@quick
@given(
    tables(min_rows=1), st.sampled_from([(0, 1), (-1, 1), (2.5, 7.0)]), st.booleans()
)
def test_min_max(x, feature_range, clip):
    names = ("data_min_", "data_max_", "data_range_", "scale_", "min_")
    arguments = dict(feature_range=feature_range, clip=clip)
    same(
        *(pre.MinMaxScaler(**arguments), sk.MinMaxScaler(**arguments)),
        *(x, x[::-1] * 2 + 1, names),
    )


@quick
@given(
    tables(min_rows=1),
    st.sampled_from([(25, 75), (10.0, 90.0), (0, 100)]),
    st.booleans(),
    st.booleans(),
)
def test_robust(x, quantile_range, centre, scale):
    arguments = dict(
        quantile_range=quantile_range, with_centering=centre, with_scaling=scale
    )
    names = [*["center_"] * centre, *["scale_"] * scale]
    same(
        *(pre.RobustScaler(**arguments), sk.RobustScaler(**arguments)),
        *(x, x[::-1] * 2 + 1, names),
    )


@quick
@given(tables(min_rows=1), st.sampled_from(["l1", "l2", "max"]))
def test_normalizer(x, norm):
    x[0] = 0
    same(pre.Normalizer(norm), sk.Normalizer(norm), x, x * 2 + 1, inverse=False)


SCALERS = [pre.StandardScaler, pre.MinMaxScaler, pre.RobustScaler, pre.Normalizer]


@pytest.mark.parametrize("scaler", SCALERS)
def test_float32_stays_and_whole_numbers_become_float64(scaler):
    x = np.random.default_rng(0).integers(0, 9, (20, 3))
    made = scaler().fit(x)
    assert made.transform(x).dtype == np.float64
    small = made.transform(x.astype(np.float32))
    assert small.dtype == np.float32
    np.testing.assert_allclose(small, made.transform(x), rtol=1e-5, atol=1e-6)


# Properties


@quick
@given(tables(kinds=("normal", "ties")))
def test_what_scaling_is_for(x):
    z = pre.StandardScaler().fit_transform(x)
    np.testing.assert_allclose(z.mean(axis=0), 0, atol=1e-12)
    varies = np.ptp(x, axis=0) > 0
    np.testing.assert_allclose(z[:, varies].std(axis=0), 1)
    z = pre.MinMaxScaler().fit_transform(x)
    np.testing.assert_allclose(z.min(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(z.max(axis=0), varies, atol=1e-12)


@pytest.mark.parametrize("scaler", SCALERS)
def test_nothing_is_learned_from_what_is_transformed(scaler):
    x = np.random.default_rng(0).normal(size=(20, 3))
    one, two = (scaler().fit(x[:10]) for _ in range(2))
    two.transform(x * 100)
    np.testing.assert_array_equal(one.transform(x[10:]), two.transform(x[10:]))


@pytest.mark.parametrize("scaler", SCALERS)
def test_the_table_is_left_alone(scaler):
    x = np.random.default_rng(0).normal(size=(20, 3))
    before = x.copy()
    z = scaler().fit_transform(x)
    assert not np.shares_memory(z, x)
    np.testing.assert_array_equal(x, before)


def test_one_wild_value_moves_the_mean_and_not_the_median():
    x = np.arange(21.0)[:, None]
    wild = x.copy()
    wild[-1] = 1e6
    assert pre.RobustScaler().fit(x).center_ == pre.RobustScaler().fit(wild).center_
    assert pre.StandardScaler().fit(wild).mean_ > 1000


# Error sentences


def test_a_range_that_is_none():
    refuses(
        lambda: pre.MinMaxScaler((1, 1)).fit([[1.0]]),
        "MinMaxScaler: feature_range must have its low below its high, but (1, 1) came. "
        "For 0 to 1 write (0, 1).",
    )
    refuses(
        lambda: pre.RobustScaler(quantile_range=(75, 25)).fit([[1.0]]),
        "RobustScaler: quantile_range must be two rising percentages, but (75, 25) "
        "came. For the middle half write (25, 75).",
    )
    refuses(
        lambda: pre.Normalizer("l3").transform([[1.0]]),
        "Normalizer: norm must be one of 'l2', 'l1', 'max', but 'l3' came.",
    )


@pytest.mark.parametrize("norm", ["l2", "l1", "max"])
@pytest.mark.parametrize("size", [1e200, 1e308, 1e-200])
def test_rows_of_any_size_get_length_1(norm, size):
    expected = {"l2": np.sqrt(0.5), "l1": 0.5, "max": 1}[norm]
    z = pre.Normalizer(norm).transform([[size, -size]])
    np.testing.assert_allclose(z, [[expected, -expected]])
