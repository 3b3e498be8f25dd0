"""Forecasts of a series, from where they start, beside what came."""

import textwrap
from math import ceil

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

from lessons_pkg.plots import checks, forecasts_parts, style

_MARKS, _LETTERS = 8, 22  # on a line; of a name, before it is broken


def forecasts(
    times, series, predicted, *, start=None, bands=None, history=None, xlabel, ylabel,
    ax=None,
):  # fmt: skip
    """Draw a series, the place from where it is forecast, and the forecasts.

    What was observed is black, and thinner behind the start, where no forecast has seen
    it, as far as the longest forecast goes. A forecast has a colour, a dash and a mark,
    and an interval is a band of its colour: its caption should say what share of values
    it is to hold.

    times : (M,) array of numbers or dates in rising order, those of the forecasts too
    series : (T,) float array, what was observed at the first T of them
    predicted : dict, name -> (h,) float array, of times[start : start + h]
    start : index of the first value that is forecast; T, the end of the series, if left
        out
    bands : dict, name -> (lower, upper), two (h,) arrays; not every name needs one
    history : how many observed values before the start are drawn; all if left out
    xlabel, ylabel : what the axes measure, with the unit
    Returns the Axes.
    Raises ValueError if lengths do not fit, times do not rise, a lower end lies above the
    upper one, or a label is empty.
    """
    checks.labelled("forecasts", "year", xlabel=xlabel, ylabel=ylabel)
    checks.something("forecasts", "predicted", predicted, '{"naive": values}')
    times, series = forecasts_parts.observed(times, series)
    start = forecasts_parts.first(start, len(series), history)
    predicted = {
        name: forecasts_parts.line(name, v, times, start)
        for name, v in predicted.items()
    }
    bands = forecasts_parts.intervals(bands or {}, predicted)
    ax = plt.gca() if ax is None else ax
    first = 0 if history is None else max(start - history, 0)
    last = start + max(map(len, predicted.values()))
    _draw_observed(ax, times, series[:last], first, start)
    for k, (name, values) in enumerate(predicted.items()):
        here = times[start : start + len(values)]
        _draw(ax, k, name, here, values, bands.get(name))
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.margins(x=0.02)
    _ticks(ax, times)
    _cut(ax, times, start)
    _key(ax)
    return ax


def _draw(ax, k, name, times, values, band):
    """Draw forecast number k, and its band; of its values, a few have a mark."""
    colour, marker = style.markers(k + 1)[k]
    if band is not None:
        edge = {"facecolor": (colour, 0.2), "edgecolor": colour, "linewidth": 0.8}
        ax.fill_between(times, *band, **edge, zorder=2)
    look = {"color": colour, "linestyle": style.DASHES[1 + k % 5], "zorder": 4}
    marked = range(len(values))[:: -ceil(len(values) / _MARKS)]  # the last one too
    look |= {"marker": marker, "markersize": 6, "markevery": list(marked)}
    ax.plot(times, values, label=textwrap.fill(str(name), _LETTERS), **look)


def _ticks(ax, times):
    """Mark few times, which do not touch; whole ones where all are whole, as years are."""
    if times.dtype.kind == "M":
        ticks = AutoDateLocator(minticks=3, maxticks=6)
        ax.xaxis.set_major_locator(ticks)
        ax.xaxis.set_major_formatter(ConciseDateFormatter(ticks, show_offset=False))
    else:
        whole = bool((times == np.round(times)).all())
        ax.locator_params(axis="x", nbins=7, steps=[1, 2, 5, 10], integer=whole)


def _draw_observed(ax, times, series, first, start):
    """Draw what a forecast could know, and thinner what came."""
    look = {"color": style.INK, "zorder": 3}
    ax.plot(
        times[first:start], series[first:start], **look, linewidth=2.2, label="observed"
    )
    if start < len(series):
        last = slice(start - 1, None)
        look |= {"linewidth": 1, "label": "observed later"}
        ax.plot(times[: len(series)][last], series[last], **look)


def _cut(ax, times, start):
    """Mark where the forecasts begin, half a step before the first."""
    place = times[start - 1] + (times[start] - times[start - 1]) / 2
    look = {"color": style.PALETTE["grey"], "linestyle": (0, (1, 2)), "linewidth": 1.8}
    ax.axvline(place, **look, zorder=1)
    low, high = ax.get_ylim()
    ax.set_ylim(low, high + 0.1 * (high - low))
    left = ax.transData.transform((ax.convert_xunits(place), low))[0]
    right = (left - ax.bbox.x0) / ax.bbox.width < 0.4  # no room at the other side
    look = {"xycoords": ("data", "axes fraction"), "textcoords": "offset points"}
    look |= {"ha": "left" if right else "right", "va": "top"}
    offset = (6 if right else -6, -2)
    size = style.small()
    ax.annotate("forecast from here", (place, 1), offset, fontsize=size, **look)


def _key(ax):
    """Name the lines above the axes, where they cover nothing."""
    look = {"ncols": 2, "columnspacing": 1.4, "handletextpad": 0.5, "handlelength": 2.6}
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), **look, borderaxespad=0.2)
