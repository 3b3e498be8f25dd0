import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.preprocessing import KBinsDiscretizer as Theirs

from lessons_pkg.preprocess import KBinsDiscretizer

from .generated import close, quick, refuses, tables

X = np.array([[0.0], [1.0], [2.0], [3.0], [4.0], [9.0]])


def test_by_hand():
    # width 9 / 3 = 3: a value on an edge belongs to the bin above, but the last edge
    made = KBinsDiscretizer(3, strategy="uniform").fit(X)
    assert made.bin_edges_[0].tolist() == [0, 3, 6, 9]
    assert made.transform(X).ravel().tolist() == [0, 0, 0, 1, 1, 2]
    assert made.inverse_transform([[0.0], [2.0]]).tolist() == [[1.5], [7.5]]
    # a third of the values each
    made = KBinsDiscretizer(3, strategy="quantile").fit(X)
    assert made.transform(X).ravel().tolist() == [0, 0, 1, 1, 2, 2]
    assert made.transform([[-100.0], [100.0]]).tolist() == [[0], [2]]


@quick
@given(
    tables(kinds=("normal", "ties", "large")),
    st.integers(2, 7),
    st.sampled_from(["uniform", "quantile"]),
    st.sampled_from(["ordinal", "onehot-dense"]),
    st.sampled_from(["averaged_inverted_cdf", "linear"]),
)
def test_equals_scikit_learn(x, n_bins, strategy, encode, quantile_method):
    arguments = dict(
        n_bins=n_bins, strategy=strategy, encode=encode, quantile_method=quantile_method
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # theirs warns of ties, ours says n_bins_
        theirs = Theirs(**arguments).fit(x)
    ours = KBinsDiscretizer(**arguments).fit(x)
    varies = np.ptp(x, axis=0) > 0
    assert ours.n_bins_[varies].tolist() == theirs.n_bins_[varies].tolist()
    for i in np.flatnonzero(varies):
        close(ours.bin_edges_[i], theirs.bin_edges_[i])
    for part in (x, x * 2 - 1):
        close(ours.transform(part), theirs.transform(part))
    if varies.all():
        back = theirs.inverse_transform(theirs.transform(x))
        close(ours.inverse_transform(ours.transform(x)), back)


@pytest.mark.parametrize("encode", ["ordinal", "onehot-dense"])
@pytest.mark.parametrize("strategy", ["uniform", "quantile"])
def test_a_constant_column_has_one_bin_and_comes_back(encode, strategy):
    x = np.array([[5.0, 1.0], [5.0, 2.0]])
    made = KBinsDiscretizer(2, encode=encode, strategy=strategy).fit(x)
    assert made.n_bins_.tolist() == [1, 2]
    bins = made.transform(x)
    np.testing.assert_array_equal(bins[:, 0], 0 if encode == "ordinal" else 1)
    np.testing.assert_array_equal(made.inverse_transform(bins)[:, 0], 5)


def test_ties_leave_fewer_bins():
    x = np.array([[0.0]] * 9 + [[1.0], [2.0], [3.0]])
    assert KBinsDiscretizer(4).fit(x).n_bins_.tolist() == [2]


def test_arguments_that_are_none():
    refuses(
        lambda: KBinsDiscretizer(encode="onehot").fit(X),
        "KBinsDiscretizer: encode must be one of 'ordinal', 'onehot-dense', but 'onehot' "
        "came. For sparse or k-means bins use scikit-learn's KBinsDiscretizer.",
    )
    refuses(
        lambda: KBinsDiscretizer(strategy="kmeans").fit(X),
        "KBinsDiscretizer: strategy must be one of 'quantile', 'uniform', but 'kmeans' "
        "came. For sparse or k-means bins use scikit-learn's KBinsDiscretizer.",
    )
    for n_bins in (1, 2.0, "5"):
        refuses(
            lambda n=n_bins: KBinsDiscretizer(n).fit(X),
            f"KBinsDiscretizer: n_bins must be a whole number of 2 or more, but "
            f"{n_bins!r} came. One bin would tell nothing.",
        )


def test_quantiles_of_ties_as_in_scikit_learn():
    # A third of 36 values is 12, and 12 of them are 0: the edge lies on a tie.
    x = np.repeat([0.0, 1.0, 2.0], [12, 13, 11])[:, None]
    ours = KBinsDiscretizer(3).fit(x)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # theirs warns of ties
        theirs = Theirs(
            3, encode="ordinal", quantile_method="averaged_inverted_cdf"
        ).fit(x)
    close(ours.bin_edges_[0], theirs.bin_edges_[0])
    close(ours.transform(x), theirs.transform(x))


@pytest.mark.parametrize("order", [slice(None), slice(None, None, -1)])
def test_the_middle_of_one_bin_of_a_column_that_varies(order):
    x = np.array([[0.0]] * 9 + [[1.0]])[order]
    made = KBinsDiscretizer(3).fit(x)
    assert made.bin_edges_[0].tolist() == [0, 1]
    assert made.inverse_transform([[0.0]]).tolist() == [[0.5]]


def test_a_column_too_narrow_for_quantiles():
    x = np.array([[0.0, 1.0], [1.0, 2.0], [2.0, 4.0]]) * [1, 1e-10]
    refuses(
        lambda: KBinsDiscretizer(2).fit(x),
        "KBinsDiscretizer: column 1 varies by 3e-10, but quantiles closer than 1e-8 are "
        'one edge. Scale it first, or take strategy="uniform".',
    )
    made = KBinsDiscretizer(2, strategy="uniform")
    assert made.fit_transform(x)[:, 1].tolist() == [0, 0, 1]
