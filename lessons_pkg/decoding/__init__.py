"""Decoding: from the scores of a model, one step after another, to a sequence of tokens.

What chooses the tokens asks for a step function of yours, step(tokens, state) -> (logits,
state): tokens (N,) int64 arrays, logits (N, K) scores of what comes next, as an array or a
tensor of either engine, and a state of any making, which it is given back at the next step.

    def step(tokens, state):
        logits, state = model(torch.as_tensor(tokens)[:, None], state)
        return logits[:, -1], state

The models of `models` that write have such a step, and so has `baselines.NGram`. No
gradient is kept from one step to the next; switch dropout off first, with model.eval().
"""

from .beam import Beam, beam_search
from .generation import generate, greedy
from .sampling import log_probabilities, probabilities, sample
from .states import reorder

__all__ = [
    "Beam",
    "beam_search",
    "generate",
    "greedy",
    "log_probabilities",
    "probabilities",
    "reorder",
    "sample",
]
