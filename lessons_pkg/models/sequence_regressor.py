"""The sequence regressor: numbers in, step by step, and numbers out at the end."""

from math import isfinite

from .recurrent import as_tensor, hidden_of, read, recurrent, sizes


def sequence_regressor(
    nn, n_features, n_outputs=1, hidden=32, cell="LSTM", layers=1, forget_bias=None
):
    """Return a network that answers a series: x (N, T, n_features) -> (N, n_outputs).

    At each step the cell reads n_features numbers; one dense layer turns the last state
    into the answer, such as the next values of the series.
    cell, layers, forget_bias : as in language_model
    Raises ValueError for sizes or an x that do not fit.
    """
    who = "sequence_regressor"
    sizes(who, n_features=n_features, n_outputs=n_outputs, hidden=hidden, layers=layers)
    options = {"layers": layers, "forget_bias": forget_bias}

    class SequenceRegressor(nn.Module):
        def __init__(self):
            super().__init__()
            self.cell = recurrent(nn, who, cell, n_features, hidden, **options)
            self.out = nn.Linear(hidden, n_outputs)

        def forward(self, x):
            """(N, T, n_features) -> (N, n_outputs)."""
            x = as_tensor(nn, x)
            _check(who, x, n_features)
            return self.out(hidden_of(read(nn, who, self.cell, x))[-1])

    return SequenceRegressor()


def _check(who, x, n_features):
    if len(x.shape) != 3 or x.shape[2] != n_features or 0 in x.shape:
        cure = "Check n_features of the network."
        if len(x.shape) == 2:
            cure = "One feature (N, T) is x[:, :, None], one series (T, F) is x[None]."
        raise ValueError(
            f"{who}: x must be (N, T, {n_features}), T steps of {n_features} features for "
            f"each of N series, but came with shape {tuple(x.shape)}. {cure}"
        )
    if not isfinite(float(x.detach().sum())):
        raise ValueError(
            f"{who}: x holds a value that is not finite (inf or nan), and so would every "
            f"answer. Fill the gaps of the series first."
        )
