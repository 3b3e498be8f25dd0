"""Student's t distribution, for a whole number of degrees of freedom."""

import math

import numpy as np


def probability_beyond(t, df):
    """Return P(|T| > |t|) for df degrees of freedom.

    With theta = atan(|t| / sqrt(df)) and c = cos(theta), P(|T| <= |t|) is
    df even: sin(theta) (1 + 1/2 c^2 + 1*3 / (2*4) c^4 + ... up to c^(df - 2))
    df odd:  2/pi (theta + sin(theta) (c + 2/3 c^3 + ... up to c^(df - 2)))
    Source: Abramowitz and Stegun 1964, 26.7.3 and 26.7.4.
    """
    theta = math.atan(abs(t) / math.sqrt(df))
    return max(0.0, 1.0 - _within(theta, df))


def quantile(confidence, df):
    """Return the t with P(|T| <= t) = confidence, by halving an interval of theta."""
    low, high = 0.0, math.pi / 2
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (
            (middle, high) if _within(middle, df) < confidence else (low, middle)
        )
    return math.sqrt(df) * math.tan(low)


def _within(theta, df):
    c, odd = math.cos(theta), df % 2
    k = np.arange(
        1 + odd, df - 2 + odd, 2
    )  # each term is the last times c^2 k / (k + 1)
    terms = np.cumprod(np.append(c if odd else 1.0, c**2 * k / (k + 1)))
    if not odd:
        return math.sin(theta) * float(terms.sum())
    series = terms.sum() if df > 1 else 0.0
    return 2 / math.pi * (theta + math.sin(theta) * float(series))
