"""Rolling origin: forecasts from one date after another, each knowing only its past."""

from collections.abc import Sequence

from . import _checks


def rolling_origin(n, first, horizon=1, step=1, window=None):
    """Return the Origins at which a series of n values is cut into a past and a future.

    At each origin t, first, first + step, and so on, a model is fitted to what stands
    before t and forecasts the horizon values from t on. The last origin is the last with
    a whole future.

    first   : values before the first origin
    horizon : values to forecast at each
    step    : from origin to origin. Below horizon the test parts overlap, and their errors
              are not independent
    window  : how many values before t to learn from; None: all of them
    Raises ValueError for numbers that leave no origin, TypeError for a series.
    Source: Tashman, "Out-of-sample tests of forecasting accuracy: an analysis and review",
    International Journal of Forecasting 2000.

    >>> for train, test in rolling_origin(7, first=4, horizon=2, window=3):
    ...     print(list(range(7)[train]), list(range(7)[test]))
    [1, 2, 3] [4, 5]
    [2, 3, 4] [5, 6]
    """
    if hasattr(n, "__len__"):
        raise TypeError(
            "rolling_origin: n must be the number of values, but is of type "
            f"{type(n).__name__}. Give len(x)."
        )
    n, first, horizon, step = (
        _checks.size("rolling_origin", name, value, least=1)
        for name, value in (
            ("n", n), ("first", first), ("horizon", horizon), ("step", step)
        )
    )  # fmt: skip
    if window is not None:
        window = _checks.size("rolling_origin", "window", window, least=1)
        if window > first:
            raise ValueError(
                f"rolling_origin: window={window} is more than the first={first} values "
                "before the first origin. Give a smaller window, or a later first."
            )
    if first + horizon > n:
        raise ValueError(
            f"rolling_origin: first={first} and horizon={horizon} are more than the n={n} "
            "values. Give a longer series, or smaller numbers."
        )
    return Origins(range(first, n - horizon + 1, step), horizon, window)


class Origins(Sequence):
    """Pairs of slices, (train, test), one for each origin.

    at : the origins themselves, the positions of the first value to forecast
    """

    def __init__(self, at, horizon, window):
        self.at, self.horizon, self.window = at, horizon, window

    def __len__(self):
        return len(self.at)

    def __getitem__(self, index):
        if isinstance(index, slice):
            return Origins(self.at[index], self.horizon, self.window)
        t = self.at[index]
        past = 0 if self.window is None else t - self.window
        return slice(past, t), slice(t, t + self.horizon)

    def __repr__(self):
        """Say how many there are, and how they follow one another."""
        past = (
            "all before it" if self.window is None else f"the {self.window} before it"
        )
        return f"Origins: {len(self)}, each {past} to learn from, {self.horizon} to forecast"
