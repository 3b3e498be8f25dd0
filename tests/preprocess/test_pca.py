import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.decomposition import PCA as Theirs

from lessons_pkg.preprocess import PCA, StandardScaler

from .generated import quick, refuses, same

NAMES = (
    *("components_", "explained_variance_", "explained_variance_ratio_", "mean_"),
    *("singular_values_",),
)


def test_by_hand():
    # Along (3, 4) / 5 at -5, 0, 5: variance (25 + 25) / 2; nothing across
    made = PCA(1).fit([[-3.0, -4.0], [0.0, 0.0], [3.0, 4.0]])
    np.testing.assert_allclose(made.components_, [[0.6, 0.8]])
    np.testing.assert_allclose(made.explained_variance_, [25])
    np.testing.assert_allclose(
        made.transform([[3.0, 4.0], [-4.0, 3.0]]), [[5], [0]], 0, 1e-12
    )
    np.testing.assert_allclose(made.inverse_transform([[10.0]]), [[6, 8]])


def table(seed, n, d):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, d)) @ rng.normal(size=(d, d)) + rng.normal(size=d)


@quick
@given(
    st.integers(0, 10**6),
    st.integers(2, 60),
    st.integers(1, 6),
    st.sampled_from([None, 1, 2, 0.5, 0.9, 0.999]),
)
def test_equals_scikit_learn(seed, n, d, k):
    x = table(seed, n, d)
    assume(not isinstance(k, int) or k <= min(n, d))
    ours, theirs = PCA(k), Theirs(k, svd_solver="full")
    full = n > d  # else the last direction has no variance, and any will do
    if full or k == 1:
        same(ours, theirs, x, table(seed + 1, n, d), NAMES, rtol=1e-7)
        assert ours.n_components_ == theirs.n_components_


@pytest.mark.parametrize("shape", [(200, 5), (20, 30)])
def test_equals_whatever_solver_scikit_learn_chooses(shape):
    x = table(0, *shape)
    same(PCA(4), Theirs(4), x, x[::-1], NAMES, rtol=1e-7)


@quick
@given(st.integers(0, 10**6), st.integers(3, 40), st.integers(2, 6))
def test_properties(seed, n, d):
    x = table(seed, n, d)
    made = PCA().fit(x)
    v = made.components_
    np.testing.assert_allclose(v @ v.T, np.eye(len(v)), atol=1e-9)
    assert (np.diff(made.explained_variance_) <= 0).all()
    assert made.explained_variance_ratio_.sum() == pytest.approx(1)
    z = made.transform(x)
    spread = np.cov(z.T)
    np.testing.assert_allclose(
        spread, np.diag(np.diag(spread)), atol=1e-7 * np.max(spread)
    )
    np.testing.assert_allclose(
        made.inverse_transform(z), x, atol=1e-8 * np.abs(x).max()
    )


def test_a_share_is_exceeded_by_as_few_as_possible():
    x = np.diag([4.0, 2.0, 1.0, 0.5])
    x = np.concatenate([x, -x])  # variances in the proportion 16 : 4 : 1 : 1/4
    ratio = PCA().fit(x).explained_variance_ratio_
    np.testing.assert_allclose(ratio, np.array([16, 4, 1, 0.25]) / 21.25)
    for share, k in [(0.5, 1), (0.76, 2), (0.95, 3), (0.999, 4)]:
        assert PCA(share).fit(x).n_components_ == k


def test_of_entries_that_tie_the_first_is_positive():
    rng = np.random.default_rng(0)
    for seed in range(30):
        z = StandardScaler().fit_transform(table(seed, rng.integers(3, 200), 2))
        half = np.sqrt(0.5)
        v = PCA().fit(z).components_
        np.testing.assert_allclose(v[:, 0], half, rtol=1e-9)
        np.testing.assert_allclose(np.abs(v[:, 1]), half, rtol=1e-9)


def test_float32_stays():
    x = table(0, 20, 4).astype(np.float32)
    assert PCA(2).fit_transform(x).dtype == np.float32


def test_one_constant_column_does_no_harm():
    x = table(0, 20, 3)
    x[:, 1] = 5
    made = PCA().fit(x)
    assert made.explained_variance_ratio_[-1] == pytest.approx(0)


# Error sentences


@pytest.mark.parametrize("k", [0, 4, -1, 1.0, 1.5, 0.0, True, "mle"])
def test_a_number_of_components_that_is_none(k):
    refuses(
        lambda: PCA(k).fit(table(0, 20, 3)),
        f"PCA: n_components must be a whole number from 1 to 3, the smaller of N and D, "
        f"or a share of the variance between 0 and 1, but {k!r} came. For all write "
        f"None.",
    )


def test_one_row():
    refuses(
        lambda: PCA().fit([[1.0, 2.0]]),
        "PCA: a variance needs two rows at least, but x has shape (1, 2). Give more "
        "rows.",
    )


def test_nothing_varies():
    refuses(
        lambda: PCA().fit(np.full((5, 2), 0.1)),
        "PCA: every column is constant, so no direction has any variance. Give rows that "
        "differ.",
    )
