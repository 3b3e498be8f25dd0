"""Grid search and random search: trials that do not learn from one another."""

from itertools import product

import numpy as np

from .space import point, read_space
from .trials import Search, check_count, check_evaluate


def grid_search(evaluate, space):
    """Try every combination of the choices; the last name changes fastest.

    evaluate : function of a dict of settings; returns a score, higher is better
    space    : {name: list of choices or Integers}
    Returns a Search. A trial that fails is kept as such, and the search goes on.
    Raises TypeError or ValueError for a space that has no end.

    >>> grid_search(lambda p: -abs(p["k"] - 4), {"k": [1, 3, 9]}).best_params
    {'k': 3}
    """
    check_evaluate("grid_search", evaluate)
    space = read_space("grid_search", space)
    for name, dimension in space.items():
        if not hasattr(dimension, "values"):
            raise ValueError(
                f"grid_search: space[{name!r}] is {dimension}, which has no end. "
                f"Give a list, for example np.linspace(0, 1, 5)."
            )
    search = Search()
    for values in product(*(dimension.values for dimension in space.values())):
        search.run(evaluate, dict(zip(space, values, strict=True)))
    return search


def random_search(evaluate, space, n_trials, seed=0):
    """Try n_trials settings drawn at random, each independently of the others.

    evaluate : function of a dict of settings; returns a score, higher is better
    space    : {name: list of choices, Uniform, LogUniform or Integers}
    seed     : a whole number, or a numpy.random.Generator
    Returns a Search. A trial that fails is kept as such, and the search goes on.
    Raises TypeError or ValueError for arguments that are not as above.
    Source: Bergstra and Bengio, "Random search for hyper-parameter optimization", JMLR
    2012: where few settings matter, it tries more values of those than a grid does.
    """
    check_evaluate("random_search", evaluate)
    check_count("random_search", "n_trials", n_trials)
    space, rng = read_space("random_search", space), np.random.default_rng(seed)
    search = Search()
    for _ in range(n_trials):
        search.run(evaluate, point(space, rng.random(len(space))))
    return search
