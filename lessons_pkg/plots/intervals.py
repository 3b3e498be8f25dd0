"""Results of several models over several seeds: every run, the mean and the spread."""

import textwrap

import matplotlib.pyplot as plt
import numpy as np

from lessons_pkg.plots import checks, style


def intervals(results, *, xlabel, baseline=None, ax=None):
    """Draw a row for each name: a dot a run, and a bar of mean and standard deviation.

    The bar reaches one standard deviation, sqrt(sum of (v - mean)^2 / (n - 1)), to
    both sides of the mean. It shows the spread of runs, not how sure the mean is.

    results : dict, name -> (n_seeds,) float array; the first stands at the top
    xlabel : what a value measures, with its unit: "accuracy on the test part"
    baseline : a number to compare with, drawn as a vertical line; or {name: number}
    Returns the Axes.
    Raises ValueError if there are no results, a row is not (n_seeds,), or the label is
    empty.
    """
    results = _checked(results, xlabel)
    ax = plt.gca() if ax is None else ax
    for row, values in enumerate(results.values()):
        _row(ax, row, values)
    named = baseline if hasattr(baseline, "items") else {"baseline": baseline}
    for k, (name, value) in enumerate(named.items() if baseline is not None else ()):
        value = float(style.finite(value, "intervals", "baseline"))
        look = {"color": style.INK, "linestyle": style.DASHES[1 + k], "linewidth": 1.8}
        ax.axvline(value, **look, label=f"{name} ({style.number(value)})", zorder=1)
    names = [textwrap.fill(str(name), 18) for name in results]
    ax.set_yticks(range(len(names)), names)
    ax.set(xlabel=xlabel, ylim=(len(names) - 0.5, -0.5))
    ax.tick_params(axis="y", length=0)
    ax.locator_params(axis="x", nbins=5)
    _key(ax)
    return ax


def _checked(results, xlabel):
    checks.labelled("intervals", "accuracy (share right)", xlabel=xlabel)
    checks.something("intervals", "results", results, '{"forest": accuracies}')
    found = {}
    for name, values in results.items():
        values = style.finite(values, "intervals", repr(name))
        if values.ndim != 1 or not values.size:
            raise ValueError(
                f"intervals: {name!r} must be (n_seeds,), one number a run, but its "
                f"shape is {values.shape}. Give a list of the results of all runs."
            )
        found[name] = values
    return found


def _row(ax, row, values):
    """Draw the runs of one row, in order from top to bottom, and their bar over them.

    Only the first row's marks have labels: the key needs each once.
    """
    first = row == 0
    heights = row + 0.16 * np.linspace(-1, 1, len(values)) * (len(values) > 1)
    look = {"color": style.CYCLE[0], "alpha": 0.65, "linewidths": 0, "zorder": 3}
    ax.scatter(values, heights, s=60, **look, label="one run" if first else "_run")
    if len(values) == 1:
        return
    mean, deviation = values.mean(), values.std(ddof=1)
    look = {"color": style.INK, "marker": "D", "capsize": 7, "capthick": 2.2}
    look |= {
        "elinewidth": 2.2,
        "markersize": 8,
        "markeredgecolor": "white",
        "zorder": 4,
    }
    seen = ax.get_legend_handles_labels()[1]
    label = "mean ± standard deviation"
    ax.errorbar(
        mean, row, xerr=deviation, **look, label="_" if label in seen else label
    )


def _key(ax):
    """Explain the marks above the rows, where they cover nothing."""
    look = {"ncols": 2, "columnspacing": 1.2, "handletextpad": 0.4}
    ax.legend(loc="lower right", bbox_to_anchor=(1, 1), **look, borderaxespad=0.2)
