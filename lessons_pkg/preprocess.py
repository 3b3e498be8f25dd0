"""Preprocessing: what is done to data before a model sees it."""

from numbers import Real

import numpy as np


def train_test_split(n, test_fraction, seed, labels=None):
    """Split n examples at random into a training part and a test part.

    n             : number of examples
    test_fraction : between 0 and 1; the test part has round(n * test_fraction)
    seed          : a whole number, or a numpy.random.Generator; the same number gives
                    the same split
    labels        : (n,) classes, or None. With labels the split is stratified: each
                    class has its share of both parts, to within one example
    Returns train_index, test_index : index arrays in random order, without overlap,
    that together name every example once.
    Raises TypeError or ValueError for a size, a fraction or labels that do not fit.
    Source: stratified sampling with proportional allocation, as in Cochran, "Sampling
    Techniques", 3rd edition, Wiley 1977, chapter 5.

    >>> train, test = train_test_split(6, 1 / 3, seed=0, labels=[0, 0, 0, 1, 1, 1])
    >>> len(train), len(test)
    (4, 2)
    """
    n_test = _test_size(n, test_fraction)
    order = np.random.default_rng(seed).permutation(n)
    line = order if labels is None else _class_by_class(order, labels)
    # Walk along the line and take an example whenever another 1 / fraction is passed:
    # evenly spaced, hence as many from each class as its share.
    k = np.arange(n)
    taken = (k + 1) * n_test // n > k * n_test // n
    in_test = np.zeros(n, dtype=bool)
    in_test[line[taken]] = True
    return order[~in_test[order]], order[in_test[order]]


def _class_by_class(order, labels):
    labels = np.asarray(labels)
    if labels.shape != order.shape:
        raise ValueError(
            f"train_test_split: labels must have shape ({len(order)},), "
            f"but came with shape {labels.shape}. Give one class for each example."
        )
    return order[np.argsort(labels[order], kind="stable")]


def _test_size(n, test_fraction):
    if not isinstance(n, int | np.integer):
        raise TypeError(
            f"train_test_split: n must be the number of examples, "
            f"but {type(n).__name__} came. Give len(x)."
        )
    if not (isinstance(test_fraction, Real) and 0 < test_fraction < 1):
        raise ValueError(
            f"train_test_split: test_fraction must lie between 0 and 1, "
            f"but {test_fraction!r} came. For a fifth write 0.2."
        )
    n_test = round(n * test_fraction)
    if not 0 < n_test < n:
        raise ValueError(
            f"train_test_split: test_fraction={test_fraction} of n={n} examples makes "
            f"{n_test} for the test and {n - n_test} to train on. "
            f"Neither part may be empty: change the fraction or find more examples."
        )
    return n_test
