"""RNNCell, LSTMCell, GRUCell: one step at a time, for decoding.

The weights are those of one layer in one direction, under the names weight_ih
(n_gates * hidden_size, input_size), weight_hh, bias_ih, bias_hh.
"""

import math

from .. import ops
from ..tensor import apply
from . import init
from ._recurrent_checks import first_states, require_sizes
from .module import Module, empty, refuses


class RNNCellBase(Module):
    """What the cells share. The weights start uniform within 1 / sqrt(hidden_size) of 0.

    Raises ValueError for a hidden_size that is no whole number from 1.
    """

    operator, options = None, {}  # the pair of functions in ops, further arguments
    n_gates, n_states = 1, 1

    def __init__(self, input_size, hidden_size, bias):
        super().__init__()
        require_sizes(type(self).__name__, hidden_size=hidden_size)
        self.input_size, self.hidden_size, self.bias = input_size, hidden_size, bias
        rows = self.n_gates * hidden_size
        self.weight_ih, self.weight_hh = (
            empty(rows, input_size),
            empty(rows, hidden_size),
        )
        self.bias_ih = empty(rows) if bias else None
        self.bias_hh = empty(rows) if bias else None
        self.reset_parameters()

    def reset_parameters(self):
        """Draw new weights."""
        bound = 1 / math.sqrt(self.hidden_size)
        for p in self.parameters():
            init.uniform_(p, -bound, bound)

    def forward(self, input, hx=None):
        """Return the state after one step: h, or for LSTMCell (h, c).

        input : (N, input_size), or (input_size,) for one sequence
        hx    : the state before, (N, hidden_size) or (hidden_size,); None for zeros
        Raises ValueError for shapes that do not fit, TypeError for an hx without shape.
        """
        states = self._checked(input, hx)
        weights = self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh
        return apply(*self.operator, input, *states, *weights, **self.options)

    def _checked(self, input, hx):
        """The states to start from: those that came, or zeros."""
        if input.ndim not in (1, 2) or input.shape[-1] != self.input_size:
            raise ValueError(
                f"{type(self).__name__}: the input must have 1 or 2 axes, the last one of "
                f"input_size={self.input_size} entries, but came with shape "
                f"{tuple(input.shape)}. One step of a sequence (T, N, ...) is input[t]."
            )
        shape = (*input.shape[:-1], self.hidden_size)
        return first_states(type(self).__name__, hx, self.n_states, shape, input.dtype)

    def extra_repr(self):
        """Name the sizes, and what differs from the defaults."""
        bias = "" if self.bias else ", bias=False"
        return f"{self.input_size}, {self.hidden_size}{bias}"


class RNNCell(RNNCellBase):
    """One step: h' = tanh(x @ W_ih.T + b_ih + h @ W_hh.T + b_hh), or relu."""

    operator = ops.rnn_cell, ops.rnn_cell_backward

    @refuses("device", "dtype")
    def __init__(
        self, input_size, hidden_size, bias=True, nonlinearity="tanh", device=None,
        dtype=None,
    ):  # fmt: skip
        if nonlinearity not in ("tanh", "relu"):
            raise ValueError(
                f"RNNCell: nonlinearity must be 'tanh' or 'relu', but {nonlinearity!r} "
                f"came."
            )
        super().__init__(input_size, hidden_size, bias)
        self.nonlinearity, self.options = nonlinearity, {"nonlinearity": nonlinearity}

    def extra_repr(self):
        """Name the sizes, and what differs from the defaults."""
        other = self.nonlinearity != "tanh"
        shown = f", nonlinearity={self.nonlinearity}" if other else ""
        return super().extra_repr() + shown


class LSTMCell(RNNCellBase):
    """One step: c' = f * c + i * g, h' = o * tanh(c'). See ops.lstm."""

    operator, n_gates, n_states = (ops.lstm_cell, ops.lstm_cell_backward), 4, 2

    @refuses("device", "dtype")
    def __init__(self, input_size, hidden_size, bias=True, device=None, dtype=None):
        super().__init__(input_size, hidden_size, bias)


class GRUCell(RNNCellBase):
    """One step: h' = (1 - z) * n + z * h. See ops.gru."""

    operator, n_gates = (ops.gru_cell, ops.gru_cell_backward), 3

    @refuses("device", "dtype")
    def __init__(self, input_size, hidden_size, bias=True, device=None, dtype=None):
        super().__init__(input_size, hidden_size, bias)
