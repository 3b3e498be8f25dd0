"""Search: which settings of a model are best, at a fixed number of trials?

A space is a dict: the name of a setting -> a list of choices, or Uniform, LogUniform,
Integers. evaluate is yours: it takes a dict of settings and returns a score, higher is
better; measure it on validation data, never on the test part.
"""

from .bayesian import bayesian_search
from .gaussian_process import GaussianProcess, expected_improvement
from .plain import grid_search, random_search
from .space import Integers, LogUniform, Uniform
from .trials import Search

__all__ = [
    "GaussianProcess",
    "Integers",
    "LogUniform",
    "Search",
    "Uniform",
    "bayesian_search",
    "expected_improvement",
    "grid_search",
    "random_search",
]
