"""Figures of the course: arrays in, Axes out, on white, legible on a phone.

Every figure function draws on the Axes it is given, or on the current one, and returns
it. `animate` returns a Player, which a notebook and a built page show alike.
"""

from lessons_pkg.plots import style
from lessons_pkg.plots.alignment import alignment
from lessons_pkg.plots.boundary import boundary
from lessons_pkg.plots.boxes import boxes
from lessons_pkg.plots.calibration import calibration
from lessons_pkg.plots.confusion_matrix import confusion_matrix
from lessons_pkg.plots.curves import curves
from lessons_pkg.plots.feature_maps import feature_maps
from lessons_pkg.plots.filters import filters
from lessons_pkg.plots.forecasts import forecasts
from lessons_pkg.plots.gates import gates
from lessons_pkg.plots.graph import graph
from lessons_pkg.plots.images import image_grid
from lessons_pkg.plots.intervals import intervals
from lessons_pkg.plots.masks import masks
from lessons_pkg.plots.network_diagram import network_diagram
from lessons_pkg.plots.neuron_diagram import neuron_diagram
from lessons_pkg.plots.panels import panels
from lessons_pkg.plots.player import Player, animate
from lessons_pkg.plots.precision_recall import precision_recall
from lessons_pkg.plots.regions import regions
from lessons_pkg.plots.roc import roc
from lessons_pkg.plots.saliency import saliency
from lessons_pkg.plots.scatter import points
from lessons_pkg.plots.sliding import sliding
from lessons_pkg.plots.surface import surface
from lessons_pkg.plots.unrolled import unrolled

__all__ = [
    "Player",
    "alignment",
    "animate",
    "boundary",
    "boxes",
    "calibration",
    "confusion_matrix",
    "curves",
    "feature_maps",
    "filters",
    "forecasts",
    "gates",
    "graph",
    "image_grid",
    "intervals",
    "masks",
    "network_diagram",
    "neuron_diagram",
    "panels",
    "points",
    "precision_recall",
    "regions",
    "roc",
    "saliency",
    "sliding",
    "style",
    "surface",
    "unrolled",
]
