"""Bayesian search: each trial is where the trials before give the most hope."""

import numpy as np

from .gaussian_process import GaussianProcess, expected_improvement
from .plain import random_search
from .space import coordinates, point, read_space
from .trials import check_count, check_evaluate

LENGTHS = (0.1, 0.2, 0.3, 0.5, 0.8, 1.2, 2.0)
NOISES = (1e-6, 1e-3, 1e-1)
N_CANDIDATES = 1000


def bayesian_search(evaluate, space, n_trials, seed=0, n_random=5):
    """Try n_trials settings, each where a Gaussian process expects most improvement.

    The first n_random are those of random_search with this seed. After that a Gaussian
    process is fitted to the scores; of many settings drawn at random, half of them near
    the best so far, the one with the largest expected improvement is tried next.

    evaluate : function of a dict of settings; returns a score, higher is better
    space    : {name: list of choices, Uniform, LogUniform or Integers}
    seed     : a whole number, or a numpy.random.Generator
    Returns a Search. A trial that fails is kept as such and counts as the worst score
    so far, so that the search stays away. It ends early where nothing new is left.
    Raises TypeError or ValueError for arguments that are not as above.
    Source: Snoek, Larochelle and Adams, "Practical Bayesian optimization of machine
    learning algorithms", NeurIPS 2012; here with a simpler kernel, its length and noise
    chosen by likelihood from a short list.
    """
    check_evaluate("bayesian_search", evaluate)
    check_count("bayesian_search", "n_trials", n_trials)
    check_count("bayesian_search", "n_random", n_random)
    space, rng = read_space("bayesian_search", space), np.random.default_rng(seed)
    search = random_search(evaluate, space, min(n_random, n_trials), rng)
    while len(search.trials) < n_trials:
        params = _next(search, space, rng)
        if params is None:
            break
        search.run(evaluate, params)
    return search


def _next(search, space, rng):
    """Return the settings to try next, or None where all have been tried."""
    tried = np.array([coordinates(space, trial["params"]) for trial in search.trials])
    candidates = _candidates(search, space, rng)
    places = np.array([coordinates(space, params) for params in candidates])
    new = (np.abs(places[:, None] - tried[None]).max(axis=2) > 1e-9).all(axis=1)
    if not new.any():
        return None
    scores = _standardised([trial["score"] for trial in search.trials])
    mean, std = _fitted(tried, scores).predict(places)
    hope = expected_improvement(mean, std, scores.max())
    return candidates[np.where(new, hope, -1).argmax()]


def _candidates(search, space, rng):
    """Draw settings from the whole space, and as many near the best so far."""
    anywhere = rng.random((N_CANDIDATES // 2, len(space)))
    near = rng.random((N_CANDIDATES // 2, len(space)))
    if len(search.failed) < len(search.trials):
        best = search.best_params
        at = [_share(d, best[name]) for name, d in space.items()]
        kept = rng.random(near.shape) < 0.5  # of each, about half of the settings
        step = 0.05 * rng.standard_normal(near.shape)
        near = np.where(kept, np.clip(at + step, 0, 1), near)
    return [point(space, u) for u in np.concatenate([anywhere, near])]


def _share(dimension, value):
    """Return a share of the way at which the dimension has this value."""
    at = dimension.coordinates(value)
    return at[0] if len(at) == 1 else (np.argmax(at) + 0.5) / len(at)


def _standardised(scores):
    """Put the worst score for those that failed; give all mean 0 and deviation 1."""
    scores = np.array(scores)
    good = scores[~np.isnan(scores)]
    scores = np.where(np.isnan(scores), good.min() if len(good) else 0.0, scores)
    return (scores - scores.mean()) / (scores.std() or 1.0)


def _fitted(x, scores):
    """Return the process whose length and noise make the scores most likely."""
    processes = (
        GaussianProcess(le, no).fit(x, scores) for le in LENGTHS for no in NOISES
    )
    return max(processes, key=lambda process: process.log_likelihood)
