"""What the recurrent networks share: their layers, checked inputs, states cut off."""

from math import isfinite
from numbers import Real

from .blocks import engine, whole

CELLS = ("RNN", "LSTM", "GRU")


def recurrent(nn, who, cell, n_in, hidden, layers=1, **options):
    """Return nn.RNN, nn.LSTM or nn.GRU, batches first: (N, T, n_in) -> (N, T, hidden).

    options : bidirectional; forget_bias, which opens an LSTM's forget gate
    Raises ValueError for another cell, or a forget_bias for a cell without such a gate.
    """
    if cell not in CELLS:
        raise ValueError(
            f"{who}: cell={cell!r} is not known here. Choose 'RNN', 'LSTM' or 'GRU'."
        )
    forget_bias = options.pop("forget_bias", None)
    layer = getattr(nn, cell)(n_in, hidden, layers, batch_first=True, **options)
    if forget_bias is not None:
        _open_forget_gates(who, layer, cell, forget_bias)
    return layer


def _open_forget_gates(who, layer, cell, value):
    """Let f_t = sigmoid(... + value) at the start: the biases of f add up to value.

    The rows of an LSTM's gates stand in the order i, f, g, o.
    Sources: Gers, Schmidhuber and Cummins, "Learning to forget: continual prediction with
    LSTM", Neural Computation 12, 2000; Jozefowicz, Zaremba and Sutskever, "An empirical
    exploration of recurrent network architectures", ICML 2015.
    """
    if cell != "LSTM":
        raise ValueError(
            f"{who}: forget_bias={value} is for the forget gate of an LSTM, but cell is "
            f"{cell!r}. Leave it out, or choose cell='LSTM'."
        )
    if not isinstance(value, Real) or not isfinite(value):
        raise ValueError(
            f"{who}: forget_bias={value!r} must be a finite number. Give such a number, "
            f"usually 1, or None."
        )
    rows = slice(layer.hidden_size, 2 * layer.hidden_size)
    for name, p in layer.named_parameters():
        if name.startswith("bias"):
            p.data[rows] = float(value) if name.startswith("bias_ih") else 0.0


def sizes(who, **given):
    """Check that each size is a whole number, 1 or more; raise ValueError, naming it."""
    for name, value in given.items():
        whole(who, name, value)


def as_tensor(nn, x):
    """Return x as a tensor of the engine, if it is none yet."""
    return x if hasattr(x, "detach") else engine(nn).tensor(x)


def one_each(nn, who, tokens):
    """Return tokens (N,) as one step of N sequences, (N, 1)."""
    tokens = as_tensor(nn, tokens)
    if len(tokens.shape) != 1:
        raise ValueError(
            f"{who}: step takes tokens (N,), one for each of N sequences, but they came "
            f"with shape {tuple(tokens.shape)}. Call the model for more steps."
        )
    return tokens[:, None]


def as_tokens(nn, who, name, tokens, n_tokens):
    """Return tokens (N, T) as a tensor, or say why they are no numbers of tokens."""
    tokens = as_tensor(nn, tokens)
    if len(tokens.shape) != 2 or 0 in tokens.shape:
        raise ValueError(
            f"{who}: {name} must be (N, T), T numbers for each of N sequences, but came "
            f"with shape {tuple(tokens.shape)}. One sequence (T,) is {name}[None]."
        )
    if not str(tokens.dtype).endswith(("int64", "int32")):
        raise TypeError(
            f"{who}: {name} must hold the numbers of tokens, but their dtype is "
            f"{tokens.dtype}. Convert them to int64."
        )
    least, most = int(tokens.min()), int(tokens.max())
    if least < 0 or most >= n_tokens:
        raise ValueError(
            f"{who}: {name} holds {least if least < 0 else most}, but the numbers of "
            f"{n_tokens} tokens go from 0 to {n_tokens - 1}. Give the network the size of "
            f"the vocabulary."
        )
    return tokens


def read(nn, who, layer, x, lengths=None):
    """Return the last states of a recurrent layer that reads x (N, T, n_in).

    lengths : N whole numbers from 1 to T; the steps behind them are not read. None reads
              all, padding too.
    Raises ValueError for other lengths.
    """
    if lengths is None:
        return layer(x)[1]
    lengths = _lengths(who, lengths, *x.shape[:2])
    packed = nn.utils.rnn.pack_padded_sequence(
        x, lengths, batch_first=True, enforce_sorted=False
    )
    return layer(packed)[1]


def _lengths(who, lengths, N, T):
    """Return lengths as a list, or say what is wrong with them."""
    given = lengths.tolist() if hasattr(lengths, "tolist") else lengths
    given = list(given) if hasattr(given, "__iter__") else [given]
    given = [n.tolist() if hasattr(n, "tolist") else n for n in given]
    if len(given) != N or not all(_is_length(n, T) for n in given):
        raise ValueError(
            f"{who}: lengths must be {N} whole numbers from 1 to {T}, one for each "
            f"sequence of {T} steps, but {given} came. Count the tokens before padding."
        )
    return [int(n) for n in given]


def _is_length(n, T):
    return isinstance(n, Real) and n == n // 1 and 1 <= n <= T


def hidden_of(state):
    """Return h, (layers * directions, N, hidden), of a state that is h, or (h, c)."""
    return state[0] if isinstance(state, tuple) else state


def cut(state):
    """Return a state with the same numbers, through which no gradient goes back."""
    if state is None:
        return None
    if isinstance(state, tuple | list):
        return tuple(h.detach() for h in state)
    return state.detach()
