"""Small plots side by side, over one x axis and one scale."""

import matplotlib.pyplot as plt

from lessons_pkg.plots import style

_COLUMNS, _ROW_HEIGHT = 2, 2.5  # inches


def panels(x, lines, *, xlabel, limits=None):
    """Draw one small plot for each entry of lines, each with the same few lines.

    x : (T,) float array
    lines : dict, title -> {name: (T,) float array}; the same names in every panel
    xlabel : what the x axis measures, with its unit
    limits : (lowest, highest) of the y axis, for all panels
    Returns the Figure.
    Raises ValueError if there is no panel, names differ or a length does not fit.
    """
    names = _checked(x, lines)
    n_rows = -(-(len(lines) + 1) // _COLUMNS)  # one place is left for the key
    size = (style.WIDTH, _ROW_HEIGHT * n_rows)
    figure, axes = plt.subplots(n_rows, _COLUMNS, figsize=size)
    for ax, (title, panel) in zip(axes.flat, lines.items(), strict=False):
        for k, name in enumerate(names):
            colour, _ = style.markers(len(names))[k]
            look = {"color": colour, "linestyle": style.DASHES[k], "label": name}
            ax.plot(x, panel[name], **look)
        ax.set(title=title, xlabel=xlabel, ylim=limits)
    for ax in axes.flat[len(lines) :]:
        ax.axis("off")
    key = axes.flat[0].get_legend_handles_labels()
    axes.flat[len(lines)].legend(*key, loc="center")
    return figure


def _checked(x, lines):
    if not lines:
        raise ValueError(
            "panels: lines is empty, so there is nothing to draw. Give a dict of "
            'panels, such as {"step": {"output": a, "slope": slope}}.'
        )
    names = list(next(iter(lines.values())))
    for title, panel in lines.items():
        if list(panel) != names:
            raise ValueError(
                f"panels: {title!r} has the lines {list(panel)}, but the first panel "
                f"has {names}. Give every panel the same lines, in the same order."
            )
        for name, line in panel.items():
            if len(line) != len(x):
                raise ValueError(
                    f"panels: {name!r} of {title!r} has {len(line)} values, but x has "
                    f"{len(x)}. Give one value for each x."
                )
    return names
