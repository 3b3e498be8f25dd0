"""Generation: feed each token that was chosen back in, and choose the next."""

import numpy as np

from . import _checks as checks
from .sampling import sample
from .states import ask


def generate(
    step, state, first, n, rng, temperature=1.0, top_k=None, top_p=None, end=None
):
    """Draw n tokens for each sequence, each from step's logits after all before it.

    step : function (tokens (N,), state) -> (logits (N, K), state)
    state : what step is to start from; None where step takes that for the start
    first : the token to start from; (N,) one for each sequence; or (N, T) prompts, which
        are fed in token by token before the first one is drawn
    rng : a NumPy generator, or a seed
    temperature, top_k, top_p : as in `probabilities`
    end : the token after which a sequence stops; the rest of its row is filled with it
    Returns (N, n) int64, without `first`; (n,) where first is a single token.
    Raises TypeError or ValueError for arguments and answers of step that do not fit.
    Source: Sutskever, Martens and Hinton 2011, "Generating text with recurrent neural
    networks".

    >>> def count_up(tokens, state):  # 0 1 2 0 1 2 ...
    ...     return 100.0 * np.eye(3)[(tokens + 1) % 3], state
    >>> generate(count_up, None, 0, 4, rng=0)
    array([1, 2, 0, 1])
    """
    settings = {"temperature": temperature, "top_k": top_k, "top_p": top_p}
    rng = checks.generator("generate", rng)
    n = checks.whole_number("generate", "n", n, 1)
    return _written(
        "generate", step, state, first, n, end, lambda x: sample(x, rng, **settings)
    )


def greedy(step, state, start, end, most):
    """Take the likeliest token at every step, until `end` or for `most` tokens.

    step : function (tokens (N,), state) -> (logits (N, K), state)
    start : a token, or (N,) one for each sequence
    end : the token that ends a sequence, or None
    most : the greatest number of tokens, `end` counted
    Returns a list of whole numbers without start and end; N such lists for (N,).
    The likeliest token at every step need not lead to the likeliest sequence.
    Raises TypeError or ValueError as generate does.

    >>> greedy(lambda tokens, state: (np.eye(4)[tokens + 1], None), None, 0, end=3, most=9)
    [1, 2]
    """
    most = checks.whole_number("greedy", "most", most, 1)
    rows = _written(
        "greedy", step, state, start, most, end, lambda x: x.argmax(axis=-1)
    )
    if np.ndim(start) == 0:
        return _until(rows, end)
    return [_until(row, end) for row in rows]


def _written(who, step, state, first, n, end, choose):
    """Return n tokens for each sequence, each by choose(logits (N, K)) -> (N,)."""
    given = _tokens(who, first)
    for t in range(given.shape[1]):
        logits, state = ask(who, step, given[:, t], state)
    end = checks.end_token(who, end, logits.shape[1])
    rows = np.full((len(given), n), 0 if end is None else end)
    running = np.ones(len(given), dtype=bool)
    for t in range(n):
        if t:
            logits, state = ask(who, step, rows[:, t - 1], state, running)
        tokens = choose(logits)
        rows[running, t] = tokens[running]
        running &= end is None or rows[:, t] != end
        if not running.any():
            break
    return rows if np.ndim(first) else rows[0]


def _until(tokens, end):
    tokens = tokens.tolist()
    return tokens[: tokens.index(end)] if end in tokens else tokens


def _tokens(who, first):
    """Return the tokens to start from as (N, T)."""
    tokens = checks.as_array(who, "what it starts from", first)
    if tokens.dtype.kind not in "iu" or tokens.ndim > 2 or not tokens.size:
        raise ValueError(
            f"{who}: it must start from a token, (N,) tokens or (N, T) prompts, whole "
            f"numbers, but {tokens.dtype} of shape {tokens.shape} came. "
            "Encode text first, with a Vocabulary."
        )
    tokens = tokens.astype(np.int64)
    if tokens.min() < 0:
        raise ValueError(
            f"{who}: it cannot start from {tokens.min()}, for tokens are numbered from 0. "
            "Give numbers in the vocabulary."
        )
    return tokens if tokens.ndim == 2 else tokens.reshape(-1, 1)
