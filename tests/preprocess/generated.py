"""Tables that Hypothesis makes, and the one way in which they are compared."""

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st

quick = settings(max_examples=40, deadline=None, derandomize=True, database=None)


@st.composite
def tables(draw, min_rows=2, kinds=("normal", "ties", "constant", "large")):
    """A table (N, D) whose columns are of different kinds."""
    n, seed = draw(st.integers(min_rows, 40)), draw(st.integers(0, 10**6))
    chosen = draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=5))
    rng = np.random.default_rng(seed)
    make = {
        "normal": lambda: rng.normal(3, 2, n),
        "ties": lambda: rng.integers(-2, 3, n).astype(float),
        "constant": lambda: np.full(n, rng.choice([0.0, 0.1, -7.3, 1e6])),
        "large": lambda: 1e5 + 1e3 * rng.standard_cauchy(n),
    }
    return np.stack([make[kind]() for kind in chosen], axis=1)


def same(ours, theirs, x, new, names=(), inverse=True, rtol=1e-9):
    """Fit both on x: what they learn, make of x and of new, and take back is equal."""
    ours.fit(x)
    theirs.fit(x)
    for name in names:
        close(getattr(ours, name), getattr(theirs, name), rtol)
    for part in (x, new):
        ours_out, theirs_out = ours.transform(part), theirs.transform(part)
        close(ours_out, theirs_out, rtol)
        if inverse:
            back = theirs.inverse_transform(theirs_out)
            close(ours.inverse_transform(ours_out), back, rtol)
    close(type(ours)(**arguments(ours)).fit_transform(x), ours.transform(x), 0)


def arguments(step):
    """What a step was made with."""
    learned = ("n_features_in_", "n_samples_seen_")
    return {
        name: value
        for name, value in vars(step).items()
        if not name.endswith("_") and not name.startswith("_") and name not in learned
    }


def close(ours, theirs, rtol=1e-9):
    theirs = np.asarray(theirs, dtype=float)
    size = np.abs(theirs[np.isfinite(theirs)]).max(initial=1)
    np.testing.assert_allclose(
        np.asarray(ours, dtype=float), theirs, rtol=rtol, atol=rtol * size, strict=True
    )


def refuses(function, sentence, kind=ValueError):
    with pytest.raises(kind) as error:
        function()
    assert str(error.value) == sentence
