"""RNN, LSTM, GRU: layers of recurrent networks over whole sequences.

Sequences of unequal length come packed, see utils/rnn.py: then the steps behind the end
of one are masked in every layer and both directions.

Shapes: T steps of N sequences. The states of all layers and directions are stacked, h
(num_layers * directions, N, hidden_size): layer 0, layer 0 reversed, layer 1, ...
"""

import math
import warnings

import numpy as np

from .. import ops
from ..tensor import apply
from ..tensor.functions import cat, stack
from . import functional as F
from . import init
from ._recurrent_checks import first_states, require_share, require_sizes
from .module import Module, empty, refuses
from .utils.rnn import PackedSequence, _places

WEIGHTS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")


class RNNBase(Module):
    """One or more layers, each of which reads the output of the one below.

    dropout       : the chance to drop an entry between the layers, in training
    bidirectional : a second network reads each sequence from its end; its output stands
                    behind that of the first
    The weights weight_ih_l0 (n_gates * hidden_size, input_size), weight_hh_l0, bias_ih_l0,
    bias_hh_l0, and so on for l1 and l0_reverse, start uniform within
    1 / sqrt(hidden_size) of 0.
    Raises ValueError for sizes that are no whole numbers from 1, or another dropout.
    """

    operator, options = None, {}  # the pair of functions in ops, further arguments
    n_gates, n_states = 1, 1

    @refuses("proj_size", "device", "dtype")
    def __init__(
        self, input_size, hidden_size, num_layers=1, bias=True, batch_first=False,
        dropout=0.0, bidirectional=False, proj_size=0, device=None, dtype=None,
    ):  # fmt: skip
        super().__init__()
        who = type(self).__name__
        require_sizes(who, hidden_size=hidden_size, num_layers=num_layers)
        require_share(who, dropout)
        if dropout > 0 and num_layers == 1:
            warnings.warn(
                f"{who}: dropout={dropout} acts between layers, but there is only one.",
                stacklevel=3,
            )
        self.input_size, self.hidden_size = input_size, hidden_size
        self.num_layers, self.bias, self.batch_first = num_layers, bias, batch_first
        self.dropout, self.bidirectional = float(dropout), bidirectional
        self.directions = ("", "_reverse") if bidirectional else ("",)
        for layer in range(num_layers):
            n_in = hidden_size * len(self.directions) if layer else input_size
            for direction in self.directions:
                self._add_weights(n_in, f"_l{layer}{direction}")
        self.reset_parameters()

    def _add_weights(self, n_in, suffix):
        rows = self.n_gates * self.hidden_size
        shapes = (rows, n_in), (rows, self.hidden_size), (rows,), (rows,)
        for name, shape in zip(WEIGHTS, shapes, strict=True):
            wanted = self.bias or name.startswith("weight")
            setattr(self, name + suffix, empty(*shape) if wanted else None)

    def reset_parameters(self):
        """Draw new weights."""
        bound = 1 / math.sqrt(self.hidden_size)
        for p in self.parameters():
            init.uniform_(p, -bound, bound)

    def forward(self, input, hx=None):
        """Return output, the states h of the top layer at every step; and the last states.

        input  : (T, N, input_size); (N, T, ...) if batch_first; (T, ...) is one sequence;
                 or a PackedSequence
        hx     : the states to start from, h, or for LSTM (h, c); None for zeros
        output : (T, N, directions * hidden_size), in the order of the input's axes;
                 packed if the input was, and the last states then those at each
                 sequence's own end
        Raises ValueError for shapes that do not fit, TypeError for an hx without shape.
        """
        packed = isinstance(input, PackedSequence)
        self._check_input(input.data if packed else input, (2,) if packed else (2, 3))
        if packed:
            return self._over_packed(input, hx)
        alone, swapped = input.ndim == 2, input.ndim == 3 and self.batch_first
        x = input.transpose(0, 1) if swapped else input.unsqueeze(1) if alone else input
        states = self._first_states(hx, x, alone)
        x, last = self._climb(x, [h[:, None] for h in states] if alone else states)
        x = x.transpose(0, 1) if swapped else x.squeeze(1) if alone else x
        return x, self._given_back([h.squeeze(1) for h in last] if alone else last)

    def _check_input(self, x, axes):
        if x.ndim not in axes or x.shape[-1] != self.input_size:
            counts = " or ".join(str(n) for n in axes)
            raise ValueError(
                f"{type(self).__name__}: the input must have {counts} axes, the last one of "
                f"input_size={self.input_size} entries, but came with shape {x.shape}."
            )

    def _over_packed(self, sequence, hx):
        """Unpack, run with the mask of the steps that there are, and pack again.

        All stands in the caller's order, so the states need no sorting.
        """
        steps, columns = places = _places(sequence)
        mask = np.zeros((steps[-1] + 1, columns.max() + 1), bool)
        mask[places] = True
        pair = ops.unpack, ops.unpack_backward
        x = apply(*pair, sequence.data, places, mask.shape)
        x, last = self._climb(x, self._first_states(hx, x, alone=False), mask)
        x = apply(ops.pack, ops.pack_backward, x, places)
        return sequence._replace(data=x), self._given_back(last)

    def _given_back(self, last):
        return last[0] if self.n_states == 1 else tuple(last)

    def _first_states(self, hx, x, alone):
        """Return [h], or [h, c]: those that came, checked, or zeros."""
        batch = () if alone else x.shape[1:2]
        shape = (self.num_layers * len(self.directions), *batch, self.hidden_size)
        return first_states(type(self).__name__, hx, self.n_states, shape, x.dtype)

    def _climb(self, x, states, mask=None):
        """Go up through the layers; return the top output and the last states, stacked."""
        last = []
        for layer in range(self.num_layers):
            if layer and self.dropout:
                x = F.dropout(x, self.dropout, self.training)
            outputs = []
            for direction in self.directions:
                first = [h[len(last)] for h in states]
                weights = [getattr(self, f"{w}_l{layer}{direction}") for w in WEIGHTS]
                turned, counts = (x[::-1], _turned(mask)) if direction else (x, mask)
                inputs = turned, *first, *weights
                y, *h = apply(*self.operator, *inputs, mask=counts, **self.options)
                outputs.append(y[::-1] if direction else y)
                last.append(h)
            x = cat(outputs, -1) if self.bidirectional else y
        return x, [stack(h) for h in zip(*last, strict=True)]

    def extra_repr(self):
        """Name the sizes, and what differs from the defaults."""
        usual = {"num_layers": 1, "bias": True, "batch_first": False, "dropout": 0.0}
        shown = f"{self.input_size}, {self.hidden_size}"
        for name, default in {**usual, "bidirectional": False}.items():
            if getattr(self, name) != default:
                shown += f", {name}={getattr(self, name)}"
        return shown


def _turned(mask):
    return None if mask is None else mask[::-1]


class RNN(RNNBase):
    """The simple network: h_t = tanh(x_t @ W_ih.T + b_ih + h_{t-1} @ W_hh.T + b_hh), or relu."""

    operator = ops.rnn, ops.rnn_backward

    def __init__(
        self, input_size, hidden_size, num_layers=1, nonlinearity="tanh", *args, **kwargs
    ):  # fmt: skip
        if nonlinearity not in ("tanh", "relu"):
            raise ValueError(
                f"RNN: nonlinearity must be 'tanh' or 'relu', but {nonlinearity!r} came."
            )
        super().__init__(input_size, hidden_size, num_layers, *args, **kwargs)
        self.nonlinearity, self.options = nonlinearity, {"nonlinearity": nonlinearity}


class LSTM(RNNBase):
    """Long short-term memory: c_t = f * c_{t-1} + i * g, h_t = o * tanh(c_t). See ops.lstm."""

    operator, n_gates, n_states = (ops.lstm, ops.lstm_backward), 4, 2


class GRU(RNNBase):
    """The gated recurrent unit: h_t = (1 - z) * n + z * h_{t-1}. See ops.gru."""

    operator, n_gates = (ops.gru, ops.gru_backward), 3
