"""The language model: at every place of a text, a score for each token that may come next."""

from .recurrent import as_tokens, cut, one_each, recurrent, sizes


def language_model(
    nn, n_tokens, width=64, hidden=128, cell="GRU", layers=1, forget_bias=None
):
    """Return a language model: tokens (N, T), state -> logits (N, T, n_tokens), state.

    logits[n, t] are of the token after tokens[n, t], and know tokens[n, : t + 1] only.
    A table gives each token its vector, the cell reads them in their order, and one dense
    layer scores its state at each step.
    state : what an earlier call returned, to go on where it stopped; None for zeros.
            Between two batches of training, model.detach(state) cuts it off the graph.
    cell  : "RNN", "LSTM" or "GRU"
    forget_bias : where an LSTM's forget gate starts; 1 holds on to its memory at first
    model.step(tokens (N,), state) reads one token each: -> logits (N, n_tokens), state.
    Raises ValueError or TypeError for sizes or tokens that do not fit.
    Source: Mikolov, Karafiat, Burget, Cernocky and Khudanpur, "Recurrent neural network
    based language model", Interspeech 2010, with a plain cell.
    """
    who = "language_model"
    sizes(who, n_tokens=n_tokens, width=width, hidden=hidden, layers=layers)
    options = {"layers": layers, "forget_bias": forget_bias}

    class LanguageModel(nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding = nn.Embedding(n_tokens, width)
            self.cell = recurrent(nn, who, cell, width, hidden, **options)
            self.out = nn.Linear(hidden, n_tokens)

        def forward(self, tokens, state=None):
            """(N, T), state -> (N, T, n_tokens), state."""
            tokens = as_tokens(nn, who, "tokens", tokens, n_tokens)
            output, state = self.cell(self.embedding(tokens), state)
            return self.out(output), state

        def step(self, tokens, state=None):
            """(N,), state -> (N, n_tokens), state: one step, as a sampler takes it."""
            logits, state = self(one_each(nn, who, tokens), state)
            return logits[:, 0], state

        def detach(self, state):
            """Return the state with the same numbers, cut off the graph."""
            return cut(state)

    return LanguageModel()
