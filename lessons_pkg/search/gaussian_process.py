"""A Gaussian process: a guess at an unknown function, and how sure the guess is."""

import math

import numpy as np


class GaussianProcess:
    """Regress on a function with the prior N(0, k), k(a, b) = exp(-|a - b|^2 / 2 l^2).

    length : l, how far the function stays alike
    noise  : variance of the noise on each value
    With K = k(x, x) + noise I and k = k(x, new):
    mean = k^T K^-1 y and variance = 1 - diag(k^T K^-1 k).
    Raises ValueError for predict before fit, and where K has no inverse: at noise 0, two
    points may be too much alike.
    After fit, log_likelihood is log N(y; 0, K): how well l and noise explain y.
    Source: Rasmussen and Williams, "Gaussian Processes for Machine Learning", MIT Press
    2006, algorithm 2.1.
    """

    def __init__(self, length=1.0, noise=1e-6):
        self.length, self.noise = length, noise

    def fit(self, x, y):
        """Take in the points x (N, D) and the values y (N,) of the function there."""
        self.x = np.asarray(x, dtype=np.float64)
        y = np.asarray(y, dtype=np.float64)
        k = self._kernel(self.x, self.x) + self.noise * np.eye(len(y))
        self.factor = self._cholesky(k)  # K = L L^T
        self.alpha = np.linalg.solve(self.factor.T, np.linalg.solve(self.factor, y))
        self.log_likelihood = float(
            -y @ self.alpha / 2
            - np.log(np.diag(self.factor)).sum()
            - len(y) * math.log(2 * math.pi) / 2
        )
        return self

    def predict(self, x):
        """Return the mean and the standard deviation at x (M, D), each (M,)."""
        if not hasattr(self, "factor"):
            raise ValueError(
                "GaussianProcess: predict came before fit. "
                "Call fit with points and their values first."
            )
        k = self._kernel(self.x, np.asarray(x, dtype=np.float64))  # (N, M)
        v = np.linalg.solve(self.factor, k)
        variance = 1 - (v * v).sum(axis=0)
        return k.T @ self.alpha, np.sqrt(np.maximum(variance, 0))

    def _cholesky(self, k):
        try:
            return np.linalg.cholesky(k)
        except np.linalg.LinAlgError:
            raise ValueError(
                f"GaussianProcess: two points are so much alike that K has no inverse "
                f"with noise={self.noise}. Give more noise, for example 1e-6."
            ) from None

    def _kernel(self, a, b):
        squares = ((a[:, None] - b[None]) ** 2).sum(axis=2)
        return np.exp(-squares / (2 * self.length**2))


def expected_improvement(mean, std, best):
    """Return E[max(f - best, 0)] for f ~ N(mean, std^2): the gain to be hoped for.

    EI = (mean - best) Phi(z) + std phi(z), z = (mean - best) / std; where std is 0 it is
    max(mean - best, 0).

    mean, std : arrays of one shape; best : the highest score so far
    Raises ValueError for a std below 0.
    Source: Jones, Schonlau and Welch, "Efficient global optimization of expensive
    black-box functions", Journal of Global Optimization 1998.

    >>> expected_improvement([0.0, 2.0], [1.0, 0.0], 0.0).round(4)
    array([0.3989, 2.    ])
    """
    mean, std = np.asarray(mean, dtype=np.float64), np.asarray(std, dtype=np.float64)
    if (std < 0).any():
        raise ValueError(
            f"expected_improvement: std holds {std[std < 0][0]}, but a standard deviation "
            "is 0 or more. Give the root of the variance."
        )
    gain = mean - best
    z = gain / np.where(std > 0, std, 1)
    hoped = gain * _normal_share(z) + std * np.exp(-z * z / 2) / math.sqrt(2 * math.pi)
    return np.where(std > 0, hoped, np.maximum(gain, 0))


def _normal_share(z):
    """Phi(z), the share of a standard normal distribution below z."""
    return 0.5 * np.vectorize(math.erfc, otypes=[float])(-z / math.sqrt(2))
