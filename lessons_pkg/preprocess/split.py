"""Splitting: which examples are learned from, and which are kept to be tested on."""

from numbers import Integral, Real

import numpy as np

from ._checks import no_gaps


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
    no_gaps("train_test_split", "labels", labels)
    return order[np.argsort(labels[order], kind="stable")]


def _test_size(n, test_fraction):
    if not isinstance(n, Integral) or isinstance(n, bool):
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


class KFold:
    """Cut N examples into n_splits parts; each is the test part once.

    n_splits     : 2 or more
    shuffle      : whether the parts are drawn at random; else they are blocks of rows
    random_state : a whole number, so that the draw can be repeated; only with shuffle
    The parts are those of scikit-learn's KFold; the first N % n_splits have one more.
    Raises ValueError for arguments that are not as above.
    Source: Stone, "Cross-validatory choice and assessment of statistical predictions",
    Journal of the Royal Statistical Society B, 1974.

    >>> [test.tolist() for _, test in KFold(2).split([5, 6, 7])]
    [[0, 1], [2]]
    """

    def __init__(self, n_splits=5, *, shuffle=False, random_state=None):
        self.n_splits, self.shuffle = n_splits, shuffle
        self.random_state = random_state
        self._check_arguments()

    def split(self, x, y=None):
        """Yield train_index, test_index, one pair a part.

        Raises ValueError for fewer examples than parts.
        """
        n = self._count(x)
        order = np.arange(n)
        if self.shuffle:
            self._rng().shuffle(order)
        part = np.empty(n, dtype=int)
        part[order] = np.repeat(np.arange(self.n_splits), _sizes(n, self.n_splits))
        yield from self._pairs(part)

    def get_n_splits(self, x=None, y=None):
        """Return the number of parts."""
        return self.n_splits

    def _pairs(self, part):
        for k in range(self.n_splits):
            yield np.flatnonzero(part != k), np.flatnonzero(part == k)

    def _rng(self):
        # scikit-learn's own generator, so that the parts are the same.
        return np.random.RandomState(self.random_state)

    def _count(self, x):
        if not hasattr(x, "__len__"):
            raise TypeError(
                f"{type(self).__name__}: split needs the examples, of which it takes "
                f"only the number, but {type(x).__name__} came. Give x, or range(n)."
            )
        self._check_enough(len(x), "examples")
        return len(x)

    def _check_enough(self, n, what):
        if n < self.n_splits:
            raise ValueError(
                f"{type(self).__name__}: {n} {what} cannot fill n_splits="
                f"{self.n_splits} parts. Take fewer parts or find more examples."
            )

    def _check_arguments(self):
        who = type(self).__name__
        if not isinstance(self.n_splits, Integral) or self.n_splits < 2:
            raise ValueError(
                f"{who}: n_splits must be a whole number of 2 or more, but "
                f"{self.n_splits!r} came. One part would leave nothing to learn from."
            )
        if not isinstance(self.random_state, Integral | None):
            raise ValueError(
                f"{who}: random_state must be a whole number or None, but "
                f"{type(self.random_state).__name__} came. Give a seed such as 0."
            )
        if self.random_state is not None and not self.shuffle:
            raise ValueError(
                f"{who}: random_state={self.random_state} does nothing without a draw. "
                f"Set shuffle=True or leave it out."
            )


class StratifiedKFold(KFold):
    """Cut N examples into n_splits parts, each with its share of every class.

    Each part has as many of a class as any other, to within one example. Arguments as
    for KFold; the parts are those of scikit-learn's StratifiedKFold.
    Source: Kohavi, "A study of cross-validation and bootstrap for accuracy estimation
    and model selection", IJCAI 1995.

    >>> [test.tolist() for _, test in StratifiedKFold(2).split("abcd", [0, 0, 1, 1])]
    [[0, 2], [1, 3]]
    """

    def split(self, x, y):
        """Yield train_index, test_index, one pair a part.

        y : (N,) classes
        Raises ValueError for y of another length or with numbers that are no classes,
        and for a class that has fewer examples than there are parts.
        """
        classes = self._classes(self._count(x), y)
        counts = np.bincount(classes)
        # Deal the classes, one after the other, to the parts in turn.
        dealt = np.arange(len(classes)) % self.n_splits
        line = np.sort(classes)
        part = np.empty(len(classes), dtype=int)
        rng = self._rng()
        for c in range(len(counts)):
            own = np.sort(dealt[line == c])
            if self.shuffle:
                rng.shuffle(own)
            part[classes == c] = own
        yield from self._pairs(part)

    def _classes(self, n, y):
        """Number the classes in the order in which they come."""
        y = np.asarray(y)
        if y.shape != (n,):
            raise ValueError(
                f"StratifiedKFold: y must have shape ({n},), but came with shape "
                f"{y.shape}. Give one class for each example."
            )
        no_gaps("StratifiedKFold", "y", y)
        if y.dtype.kind == "f" and not (y == np.rint(y)).all():
            raise ValueError(
                f"StratifiedKFold: y holds {y[y != np.rint(y)][0]}, which is no class. "
                f"For numbers to predict use KFold."
            )
        _, first, inverse, counts = np.unique(
            y, return_index=True, return_inverse=True, return_counts=True
        )
        self._check_enough(
            counts.min(), f"examples of class {y[first[counts.argmin()]]}"
        )
        return np.argsort(np.argsort(first))[inverse]


def _sizes(n, parts):
    return n // parts + (np.arange(parts) < n % parts)
