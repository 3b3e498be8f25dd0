"""The sequence classifier: it reads to the end, and answers from its last state."""

from .blocks import engine
from .recurrent import as_tokens, hidden_of, read, recurrent, sizes


def sequence_classifier(
    nn, n_tokens, n_classes, width=32, hidden=64, cell="GRU", layers=1,
    bidirectional=False, forget_bias=None,
):  # fmt: skip
    """Return a classifier of sequences: tokens (N, T), lengths -> logits (N, n_classes).

    The answer comes from the state of the top layer after the last token.
    lengths : how many tokens of each sequence count, (N,) from 1 to T; what stands behind
              them is padding and is not read. None reads it too, so that the answer
              depends on how far the batch happens to be padded.
    bidirectional : a second network reads from the last token to the first, and the
              answer comes from both last states, side by side
    cell, layers, forget_bias : as in language_model
    Raises ValueError or TypeError for sizes, tokens or lengths that do not fit.
    Source of both directions: Schuster and Paliwal, "Bidirectional recurrent neural
    networks", IEEE Transactions on Signal Processing 45, 1997.
    """
    who = "sequence_classifier"
    sizes(who, n_tokens=n_tokens, n_classes=n_classes)
    sizes(who, width=width, hidden=hidden, layers=layers)
    directions = 2 if bidirectional else 1
    options = {"layers": layers, "forget_bias": forget_bias}

    class SequenceClassifier(nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding = nn.Embedding(n_tokens, width)
            self.cell = recurrent(
                nn, who, cell, width, hidden, bidirectional=bidirectional, **options
            )
            self.out = nn.Linear(directions * hidden, n_classes)

        def forward(self, tokens, lengths=None):
            """(N, T) -> (N, n_classes)."""
            tokens = as_tokens(nn, who, "tokens", tokens, n_tokens)
            state = read(nn, who, self.cell, self.embedding(tokens), lengths)
            h = hidden_of(state)  # the last `directions` are the top layer's
            return self.out(
                engine(nn).cat([h[-k] for k in range(directions, 0, -1)], 1)
            )

    return SequenceClassifier()
