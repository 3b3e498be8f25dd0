"""Beam search: follow the best few sequences side by side, not only the best one."""

from dataclasses import dataclass

import numpy as np

from . import _checks as checks
from . import states
from .sampling import log_probabilities


@dataclass(frozen=True)
class Beam:
    """One sequence that a beam search has found.

    tokens : its tokens, without start and end
    log_probability : the sum of the natural logarithms of its tokens' probabilities, that
        of `end` among them where it came
    score : what beams are ranked by, log_probability over the length penalty
    finished : whether `end` came; else it was cut off at `most` tokens
    """

    tokens: tuple
    log_probability: float
    score: float
    finished: bool


def beam_search(
    step, state, start, end, most, width=4, length_penalty=0.0, reorder=states.reorder
):
    """Find likely sequences: lengthen each kept one by every token, keep the best `width`.

    step : function (tokens (N,), state) -> (logits (N, K), state), N the number of beams
    state : the state of one sequence, N = 1
    start : the token to start from; end : the token that ends a sequence, or None
    most : the greatest number of tokens, `end` counted
    length_penalty : alpha in score = log P / ((5 + length) / 6)^alpha, with `end` counted
        in the length; 0 ranks by log P alone, which favours short sequences
    reorder : function (state, index) -> the state of these beams; see `reorder`
    A finished sequence keeps its place among the best until better ones push it out, and
    the search is over when all kept ones are finished. With width=1 it is greedy; with a
    width that holds all sequences it is exhaustive; in between the best may be missed.
    Returns a list of at most `width` Beam, the best first; of equals the one found first.
    Raises TypeError or ValueError for arguments and answers of step that do not fit.
    Source: Lowerre 1976, "The HARPY speech recognition system"; for these networks,
    Graves 2012, "Sequence transduction with recurrent neural networks"; the length
    penalty, Wu et al. 2016, "Google's neural machine translation system".

    >>> def step(tokens, state):  # from 0 to 1 or 2; from there to 3 (end), or to all
    ...     table = [[0, 0.6, 0.4, 0], [0.3, 0.3, 0.2, 0.2], [0, 0, 0, 1.0], [0, 0, 0, 1.0]]
    ...     with np.errstate(divide="ignore"):
    ...         return np.log(table)[tokens], None
    >>> greedy, wide = (beam_search(step, None, 0, 3, 3, width=w)[0] for w in (1, 2))
    >>> wide.tokens, round(float(np.exp(wide.log_probability)), 4)  # 0.4 * 1
    ((2,), 0.4)
    >>> greedy.tokens[0], greedy.log_probability < wide.log_probability
    (1, True)
    """
    who = "beam_search"
    width = checks.whole_number(who, "width", width, 1)
    most = checks.whole_number(who, "most", most, 1)
    alpha = checks.number(
        who, "length_penalty", length_penalty, "from 0 to 10", lambda a: 0 <= a <= 10
    )
    start = checks.whole_number(who, "start", start, 0)
    beams, running = [], [Beam((), 0.0, 0.0, finished=False)]
    tokens = np.array([start])
    for _ in range(most):
        logits, state = states.ask(who, step, tokens, state)
        end = checks.end_token(who, end, logits.shape[1])
        longer, parents = _longer(running, logits, end, width, alpha)
        finished = [beam for beam in beams if beam.finished]
        beams = sorted(finished + longer, key=lambda beam: -beam.score)[:width]
        on = [k for k, b in enumerate(longer) if not b.finished and b in beams]
        if not on:
            break
        if reorder is states.reorder:
            states.check_batch(who, state, len(running))
        running, state = [longer[k] for k in on], reorder(state, parents[on])
        tokens = np.array([beam.tokens[-1] for beam in running])
    return beams


def _longer(running, logits, end, width, alpha):
    """Return the best `width` beams that are one token longer, and where each came from."""
    sums = log_probabilities(logits)  # (N, K)
    sums += np.array([[beam.log_probability] for beam in running])
    best = np.argsort(-sums, axis=None, kind="stable")[:width]
    best = best[sums.flat[best] > -np.inf]  # what cannot be is no sequence
    parents, tokens = np.unravel_index(best, sums.shape)
    longer = [
        _with(running[n], k, float(sums[n, k]), end, alpha)
        for n, k in zip(parents.tolist(), tokens.tolist(), strict=True)
    ]
    return longer, parents


def _with(beam, token, log_p, end, alpha):
    """Return the beam with one more token, whose log probability is log_p."""
    penalty = ((5 + len(beam.tokens) + 1) / 6) ** alpha
    finished = token == end
    tokens = beam.tokens if finished else (*beam.tokens, token)
    return Beam(tokens, log_p, log_p / penalty, finished)
