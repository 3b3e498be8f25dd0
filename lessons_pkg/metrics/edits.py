"""Edits: how many changes turn what was predicted into what should be there?"""

from collections.abc import Mapping, Set

import numpy as np


def edit_distance(a, b):
    """Return the fewest insertions, deletions and replacements that turn a into b.

    a, b : sequences of anything that can be compared and hashed: strings, lists of
        tokens, (T,) arrays
    With d[i, j] for the first i of a and the first j of b, d is the smallest of
    d[i-1, j] + 1, d[i, j-1] + 1 and d[i-1, j-1] + (a_i != b_j).
    Returns a whole number from 0, the same for (b, a).
    Raises TypeError for what are no sequences.
    Source: Levenshtein 1966, "Binary codes capable of correcting deletions, insertions,
    and reversals"; the table, Wagner and Fischer 1974, "The string-to-string correction
    problem".

    >>> edit_distance("kitten", "sitting")  # k -> s, e -> i, and a g behind
    3
    """
    return _distance(_tokens("edit_distance", a), _tokens("edit_distance", b))


def error_rate(predicted, target):
    """Return the edits that all sequences need together, over the length of all targets.

    predicted, target : lists of as many sequences, as edit_distance takes them
    Returns a float from 0; above 1 where more is wrong than the targets are long. Of
    characters it is the character error rate, of words the word error rate. A long
    sequence counts for more than a short one. Padding would count too: cut it off first.
    Raises TypeError or ValueError for what are no lists of sequences, for two lengths, for
    targets that are all empty.
    Source: Levenshtein 1966, as edit_distance.

    >>> error_rate(["abc", "x"], ["abd", "xyz"])  # 1 + 2 edits of 3 + 3 characters
    0.5
    """
    predicted = _sequences("predicted", predicted)
    target = _sequences("target", target)
    if len(predicted) != len(target):
        raise ValueError(
            f"error_rate: predicted has {len(predicted)} sequences, but target has "
            f"{len(target)}. Give both for the same examples."
        )
    length = sum(map(len, target))
    if not length:
        raise ValueError(
            "error_rate: the targets hold no token, and a share of nothing is "
            "undefined. Give at least one sequence that is not empty."
        )
    return sum(map(_distance, predicted, target)) / length


def _distance(a, b):
    numbers = {}  # each token as a number, so that a row is compared at once
    a, b = (np.array([numbers.setdefault(t, len(numbers)) for t in s]) for s in (a, b))
    j = np.arange(len(b) + 1)
    row = j  # of the empty beginning of a
    for token in a:
        least = row + 1  # delete the token
        least[1:] = np.minimum(least[1:], row[:-1] + (b != token))
        # An insertion takes 1 from the left neighbour: along the row, d[j] - j only falls.
        row = np.minimum.accumulate(least - j) + j
    return int(row[-1])


def _sequences(name, values):
    wrong = isinstance(values, str | bytes | Set | Mapping)
    if wrong or not hasattr(values, "__len__"):
        raise TypeError(
            f"error_rate: {name} must be a list of sequences, but "
            f"{type(values).__name__} came. For one pair give lists of one."
        )
    return [_tokens("error_rate", sequence) for sequence in values]


def _tokens(who, values):
    """Return the tokens as a list of what can be hashed."""
    fits = not isinstance(values, Set | Mapping)  # which have no order of their own
    try:
        tokens = [_plain(token) for token in _plain(values)]
        hash(tuple(tokens))
    except TypeError:
        fits = False
    if not fits:
        raise TypeError(
            f"{who}: a sequence of tokens must be a string, or a list of strings or "
            f"numbers, but {_plain(values)!r:.40} came. Give one row of tokens."
        )
    return tokens


def _plain(value):
    """Return an array or tensor as a list or number: tensors are hashed by identity."""
    return value.tolist() if hasattr(value, "tolist") else value
