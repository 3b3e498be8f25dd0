"""Two series measured over centuries and decades, as shipped in statsmodels."""

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np


@dataclass(frozen=True, eq=False, repr=False)
class Series:
    """Numbers in the order of time, with their origin.

    times  : (T,) years; of a month, the year and the twelfths that went before it
    x      : (T,) float32, evenly spaced
    period : after how many steps the pattern comes again, or nearly
    """

    name: str
    times: np.ndarray
    x: np.ndarray
    period: int
    units: str
    source: str
    licence: str

    def __len__(self):
        return len(self.x)

    def __repr__(self):
        """Say what it is, and under which licence."""
        return (
            f"Series {self.name}: x {self.x.shape} {self.x.dtype}, "
            f"{self.times[0]:g} to {self.times[-1]:.6g}, period {self.period}\n"
            f"  units: {self.units}\n"
            f"  source: {self.source}\n"
            f"  licence: {self.licence}"
        )


def sunspots():
    """Return the mean number of sunspots of each year, 1700 to 2008.

    They come and go in about 11 years, now fewer, now more: the period is no season. In
    these years a value is as much like the one 10 years on as like the one 11 years on.
    Raises ImportError if statsmodels is not installed, or comes without the file.
    """
    table = _table("sunspots", "sunspots/sunspots.csv")
    return Series(
        name="sunspots",
        times=table[:, 0].astype(np.int64),
        x=table[:, 1].astype(np.float32),
        period=11,
        units="sunspot number, the mean of a year",
        source=(
            "National Geophysical Data Center, yearly sunspot numbers in the scale used "
            "before 2015; as shipped in statsmodels"
        ),
        licence="data: public domain, as statsmodels states; statsmodels BSD-3-Clause",
    )


def el_nino():
    """Return the temperature of the sea off Peru and Ecuador, each month of 1950 to 2010.

    Between 0 and 10 degrees south and 80 and 90 degrees west, Nino 1+2.
    Raises ImportError if statsmodels is not installed, or comes without the file.
    """
    table = _table("el_nino", "elnino/elnino.csv")
    return Series(
        name="el_nino",
        times=(table[:, :1] + np.arange(12) / 12).ravel(),
        x=table[:, 1:].ravel().astype(np.float32),
        period=12,
        units="sea surface temperature in degrees Celsius, the mean of a month",
        source=(
            "National Oceanic and Atmospheric Administration, ERSST.V3B, Nino 1+2; as "
            "shipped in statsmodels"
        ),
        licence="data: public domain, as statsmodels states; statsmodels BSD-3-Clause",
    )


def _table(name, file):
    """Read a file of statsmodels; its own loader would import pandas first."""
    path = _folder(name) / "datasets" / file
    if not path.is_file():
        raise ImportError(
            f"data.{name}: the installed statsmodels comes without the file {file}. "
            "Install another version with: python -m pip install statsmodels==0.15.0"
        )
    return np.loadtxt(path, delimiter=",", skiprows=1)


def _folder(name):
    found = find_spec("statsmodels")
    if found is None or found.origin is None:
        raise ImportError(
            f"data.{name}: the series comes with statsmodels, which is not installed. "
            "Install it with: python -m pip install statsmodels"
        )
    return Path(found.origin).parent
