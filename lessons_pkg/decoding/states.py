"""States: what a step hands to the next, cut off the graph, and put in another order."""

from . import _checks as checks


def reorder(state, index):
    """Return the state with the sequences index[0], index[1], ... of the batch.

    state : an array or tensor of either engine, None, or a tuple or list of such: the
        batch is axis 1 of what has three axes, as h (layers, N, H) of RNN and GRU and
        (h, c) of LSTM have, and axis 0 of what has fewer, as h (N, H) of a cell
    index : (M,) whole numbers; one may stand there twice, or not at all
    Raises TypeError for what is no state, ValueError for more than three axes.
    """
    return each(lambda part: _taken(part, index), state)


def detached(state):
    """Return the state without its history, so that no graph grows from step to step."""
    return each(lambda part: part.detach() if hasattr(part, "detach") else part, state)


def each(change, state):
    """Return the state with change(part) for each array or tensor in it."""
    if isinstance(state, tuple | list):
        parts = [each(change, part) for part in state]
        named = hasattr(state, "_fields")  # a NamedTuple takes its parts one by one
        return type(state)(*parts) if named else type(state)(parts)
    return None if state is None else change(state)


def ask(who, step, tokens, state, running=None):
    """Run a step; return its logits (N, K) as float64, and the state without history.

    running : (N,) booleans, None for all; where a sequence is over, logits are made 0
    """
    if not callable(step):
        raise TypeError(
            f"{who}: step must be a function of tokens and state, but "
            f"{type(step).__name__} came. Give for example model.step."
        )
    answer = step(tokens, state)
    if not isinstance(answer, tuple | list) or len(answer) != 2:
        raise TypeError(
            f"{who}: step must return (logits, state), but {type(answer).__name__} came. "
            "Where there is no state, return (logits, None)."
        )
    logits = checks.real(who, answer[0])
    if logits.ndim != 2 or len(logits) != len(tokens):
        raise ValueError(
            f"{who}: for {len(tokens)} tokens step must return logits of shape "
            f"({len(tokens)}, K), but came with shape {logits.shape}. "
            "Of (N, T, K) return logits[:, -1]."
        )
    if running is not None:
        logits[~running] = 0
    checks.require_a_choice(who, logits)
    return logits, detached(answer[1])


def check_batch(who, state, n):
    """Raise ValueError where `reorder` would not find n sequences in the state."""
    each(lambda part: _require_batch(who, part, n), state)


def _require_batch(who, part, n):
    axis = _batch_axis(part)
    if part.shape[axis] != n:
        raise ValueError(
            f"{who}: step was asked for {n} sequences, but axis {axis} of a state with "
            f"shape {tuple(part.shape)} is of {part.shape[axis]}. Start from the state "
            "of one sequence, or give a function reorder(state, index) of your own."
        )


def _taken(part, index):
    return part[:, index] if _batch_axis(part) else part[index]


def _batch_axis(part):
    axes = getattr(part, "ndim", None)
    if not axes:
        raise TypeError(
            f"reorder: a state must hold arrays or tensors, but {type(part).__name__} "
            "came. Give beam_search a function reorder(state, index) of your own."
        )
    if axes > 3:
        raise ValueError(
            f"reorder: which of the {axes} axes of a state is the batch is not known. "
            "Give beam_search a function reorder(state, index) of your own."
        )
    return int(axes == 3)
