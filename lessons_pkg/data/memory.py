"""Two tasks that can only be done by remembering, for as long as one likes."""

import numpy as np

from . import _checks


def adding_task(n, length, rng):
    """Draw sequences of numbers, two of them marked; the target is the sum of those two.

    One mark lies in the first half and one in the second. Who remembers nothing answers 1
    always, at a mean squared error of 1/6.

    x : (n, length, 2) float32: numbers drawn evenly from 0 to 1, and marks, 1 or 0
    Returns x, and y (n,) float32.
    Raises TypeError or ValueError for arguments that do not fit.
    Source: the adding problem, Hochreiter and Schmidhuber, "Long short-term memory", Neural
    Computation 1997, where numbers go from -1 to 1 and both marks stand early; with numbers
    from 0 to 1 as in Le, Jaitly and Hinton, "A simple way to initialize recurrent networks
    of rectified linear units", 2015, and a mark in each half as in Arjovsky, Shah and
    Bengio, "Unitary evolution recurrent neural networks", ICML 2016.
    """
    rng = _checks.generator("adding_task", rng)
    n = _checks.size("adding_task", "n", n, least=1)
    length = _checks.size("adding_task", "length", length, least=2)
    number = rng.random((n, length), dtype=np.float32)
    mark = np.zeros_like(number)
    row, half = np.arange(n), length // 2
    mark[row, rng.integers(half, size=n)] = 1
    mark[row, rng.integers(half, length, size=n)] = 1
    return np.stack([number, mark], axis=-1), (number * mark).sum(axis=1)


def copy_task(n, length, rng, n_symbols=8, n_copied=5):
    """Draw symbols to remember while length steps pass, and then to repeat in order.

    tokens  : n_copied symbols, 1 to n_symbols; length steps, all blank, 0, but the last,
              n_symbols + 1, which says: repeat now; then n_copied blanks
    targets : blank, but for the last n_copied: the symbols again
    Each symbol comes out n_copied + length steps after it went in. Who remembers nothing
    guesses the symbols, at log(n_symbols) nats each; the blanks cost nothing, so look at
    targets[:, -n_copied:] alone.

    Returns tokens, targets : (n, length + 2 * n_copied) int64; there are n_symbols + 2
    tokens, and n_symbols + 1 things to answer.
    Raises TypeError or ValueError for arguments that do not fit.
    Source: the copying problem, Hochreiter and Schmidhuber 1997; laid out as in Arjovsky,
    Shah and Bengio 2016, both as above.

    >>> tokens, targets = copy_task(1, 3, np.random.default_rng(0), n_copied=2)
    >>> print(tokens[0], targets[0])
    [7 6 0 0 9 0 0] [0 0 0 0 0 7 6]
    """
    rng = _checks.generator("copy_task", rng)
    n, length, n_symbols, n_copied = (
        _checks.size("copy_task", name, value, least=1)
        for name, value in (
            ("n", n), ("length", length), ("n_symbols", n_symbols), ("n_copied", n_copied)
        )
    )  # fmt: skip
    tokens, targets = np.zeros((2, n, length + 2 * n_copied), np.int64)
    tokens[:, :n_copied] = rng.integers(1, n_symbols + 1, size=(n, n_copied))
    tokens[:, n_copied + length - 1] = n_symbols + 1
    targets[:, -n_copied:] = tokens[:, :n_copied]
    return tokens, targets
