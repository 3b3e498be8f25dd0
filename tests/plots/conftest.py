"""Draw without a screen, in the course's look, and leave no figure behind."""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import pytest

from lessons_pkg.plots import style


@pytest.fixture(autouse=True)
def look():
    with matplotlib.rc_context():
        style.use()
        yield
    plt.close("all")


@pytest.fixture
def ax():
    return plt.figure().add_subplot()


@pytest.fixture
def plane(ax):
    """Axes that show x_1 from -1 to 3 and x_2 from -1 to 2."""
    ax.set(xlim=(-1, 3), ylim=(-1, 2))
    return ax
