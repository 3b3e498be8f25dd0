"""Windows: a series cut into inputs, the past, and targets, what came next."""

import numpy as np

from . import _checks, _sequence_checks


def windows(x, n_in, n_out=1, stride=1, start=None, stop=None):
    """Cut a series into windows: n_in values, and the n_out values that follow them.

    The targets lie in x[start:stop]; the inputs are what stands before them, and may reach
    back before start: at that time they were known. So one border makes two parts without
    leakage, for no target is in both:

        windows(x, n_in, stop=border), windows(x, n_in, start=border)

    Whatever else is learned from the series, such as a scale, must come from x[:border].

    x      : (T,) numbers
    stride : how far one window lies behind the one before
    start  : position of the first value that may be a target, 0 if left out; the first
             n_in values are none, too little stands before them
    stop   : position behind the last one, T if left out
    Returns inputs (N, n_in), targets (N, n_out), arrays of their own. Target [i, k] is
    x[first + i * stride + k], first = max(start, n_in).
    Raises TypeError or ValueError for what does not fit, such as gaps in x or no window.

    >>> windows([1, 2, 3, 4, 5], n_in=2, start=3)
    (array([[2., 3.],
           [3., 4.]]), array([[4.],
           [5.]]))
    """
    x = _sequence_checks.series("windows", "x", x)
    n_in, n_out, stride = (
        _checks.size("windows", name, value, least=1)
        for name, value in (("n_in", n_in), ("n_out", n_out), ("stride", stride))
    )
    start = _sequence_checks.position("windows", "start", start, len(x), 0)
    stop = _sequence_checks.position("windows", "stop", stop, len(x), len(x))
    first, behind_last = max(start, n_in), stop - n_out + 1
    if first >= behind_last:
        raise ValueError(
            f"windows: there is no room for a window: n_in={n_in} and n_out={n_out}, with "
            f"targets from position {start} to {stop} of {len(x)} values. Give a longer "
            "series, or smaller numbers."
        )
    at = np.arange(first, behind_last, stride)[:, None]  # the first target of each
    return x[at + np.arange(-n_in, 0)], x[at + np.arange(n_out)]
