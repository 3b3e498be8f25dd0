"""What a figure of forecasts is made of, checked."""

from itertools import pairwise
from numbers import Integral

import numpy as np

from lessons_pkg.plots import scales, style

WHO = "forecasts"


def observed(times, series):
    """Return times, numbers or dates, and series, checked."""
    times = np.asarray(times)
    series = style.finite(series, WHO, "series")
    if series.ndim != 1 or not series.size:
        raise ValueError(
            f"{WHO}: series must be (T,) with T at least 1, but its shape is "
            f"{series.shape}. Give one series of numbers."
        )
    if times.dtype.kind not in "iufM":
        raise TypeError(
            f"{WHO}: times must be numbers or dates, but its dtype is {times.dtype}. "
            f"Convert dates with np.array(times, 'datetime64[D]')."
        )
    if times.ndim != 1 or len(times) < len(series):
        raise ValueError(
            f"{WHO}: times must be (M,), one for each of the {len(series)} values of "
            f"series and for what is forecast behind it, but its shape is {times.shape}. "
            f"Give as many, or more."
        )
    if times.dtype.kind == "M":
        times = times.astype("datetime64[s]")
    else:
        times = style.finite(times, WHO, "times")
    for pair in pairwise(times):
        if not pair[0] < pair[1]:
            texts = map(str if times.dtype.kind == "M" else scales.tick, pair)
            raise ValueError(
                f"{WHO}: times must rise from each to the next, but "
                f"{' is followed by '.join(texts)}. Sort the series by time."
            )
    return times, series


def first(start, T, history):
    """Return the index of the first value that is forecast."""
    start = T if start is None else start
    if not isinstance(start, Integral) or not 1 <= start <= T:
        raise ValueError(
            f"{WHO}: start is {start!r}, but must be a whole number from 1 to {T}, "
            f"the length of series. Give the index of the first value that is forecast."
        )
    if history is not None and (not isinstance(history, Integral) or history < 1):
        raise ValueError(
            f"{WHO}: history is {history!r}, but must be a whole number, 1 or more. "
            f"Give how many values before the start to draw."
        )
    return start


def line(name, values, times, start):
    """Return values as a (h,) array, of times that there are."""
    values = style.finite(values, WHO, repr(name))
    room = len(times) - start
    if values.ndim == 1 and 1 <= len(values) <= room:
        return values
    follow = f"{room or 'no'} time{'s follow' if room > 1 else ' follows'} the start"
    cure = "Give one number for each step that is forecast."
    if values.ndim == 1 and values.size:
        cure = f"{'Cut it, or give' if room else 'Give'} the times of the future too."
    raise ValueError(
        f"{WHO}: {name!r} has the shape {values.shape}, but must be (h,), and "
        f"{follow}. {cure}"
    )


def intervals(bands, predicted):
    """Return dict, name -> (lower, upper), arrays of the lengths of the forecasts."""
    if not hasattr(bands, "items"):
        raise TypeError(
            f"{WHO}: bands must be a dict of names, but its type is "
            f"{type(bands).__name__}. Give a dict, such as "
            '{"naive": (lower, upper)}.'
        )
    return {name: _band(name, band, predicted) for name, band in bands.items()}


def _band(name, band, predicted):
    if name not in predicted:
        raise ValueError(
            f"{WHO}: there is a band for {name!r}, but no forecast of this name. "
            f"The names are {', '.join(map(repr, predicted))}."
        )
    if not hasattr(band, "__iter__"):
        raise TypeError(
            f"{WHO}: the band of {name!r} must be (lower, upper), but its type is "
            f"{type(band).__name__}. Give two arrays."
        )
    ends = [style.finite(end, WHO, f"the band of {name!r}") for end in band]
    shape, came = predicted[name].shape, [end.shape for end in ends]
    if came != [shape, shape]:
        raise ValueError(
            f"{WHO}: the band of {name!r} must be (lower, upper), two arrays of the "
            f"shape {shape} of its forecast, but the shapes {came} came."
        )
    for low, high in zip(*ends, strict=True):
        if low > high:
            raise ValueError(
                f"{WHO}: the band of {name!r} has its lower end {style.number(low)} "
                f"above the upper end {style.number(high)}. Give (lower, upper), in this "
                f"order."
            )
    return ends
