"""The encoder and decoder: one network reads a sequence, another writes the answer."""

from .recurrent import as_tokens, cut, one_each, read, recurrent, sizes


def encoder_decoder(
    nn, n_source, n_target, width=32, hidden=64, cell="GRU", forget_bias=None
):
    """Return a network from sequence to sequence, without attention.

    model(source (N, S), given (N, T), lengths=None) -> logits (N, T, n_target), where
    logits[n, t] are of the token after given[n, : t + 1]. In training `given` is the true
    answer behind a start token, and the goal is that answer and an end token: teacher
    forcing. All that the decoder learns of the source is one state, of a fixed size.

    model.encode(source, lengths=None) -> that state
    model.decode(tokens (N, T), state) -> logits (N, T, n_target), state
    model.step(tokens (N,), state)     -> logits (N, n_target), state: to write an answer
    lengths : how many tokens of each source count, as in sequence_classifier
    cell, forget_bias : as in language_model
    Raises ValueError or TypeError for sizes, tokens or lengths that do not fit.
    Sources: Cho et al., "Learning phrase representations using RNN encoder-decoder for
    statistical machine translation", EMNLP 2014; Sutskever, Vinyals and Le, "Sequence to
    sequence learning with neural networks", NIPS 2014, who hand the state over as here.
    """
    who = "encoder_decoder"
    sizes(who, n_source=n_source, n_target=n_target, width=width, hidden=hidden)

    class EncoderDecoder(nn.Module):
        def __init__(self):
            super().__init__()
            self.source = nn.Embedding(n_source, width)
            self.encoder = recurrent(
                nn, who, cell, width, hidden, forget_bias=forget_bias
            )
            self.target = nn.Embedding(n_target, width)
            self.decoder = recurrent(
                nn, who, cell, width, hidden, forget_bias=forget_bias
            )
            self.out = nn.Linear(hidden, n_target)

        def encode(self, source, lengths=None):
            """(N, S) -> the last state of the encoder, h (1, N, hidden), or (h, c)."""
            source = as_tokens(nn, who, "source", source, n_source)
            return read(nn, who, self.encoder, self.source(source), lengths)

        def decode(self, tokens, state):
            """(N, T), state -> (N, T, n_target), state."""
            tokens = as_tokens(nn, who, "tokens", tokens, n_target)
            output, state = self.decoder(self.target(tokens), state)
            return self.out(output), state

        def forward(self, source, given, lengths=None):
            """(N, S), (N, T) -> (N, T, n_target)."""
            return self.decode(given, self.encode(source, lengths))[0]

        def step(self, tokens, state):
            """(N,), state -> (N, n_target), state: one step, as a search takes it."""
            logits, state = self.decode(one_each(nn, who, tokens), state)
            return logits[:, 0], state

        def detach(self, state):
            """Return the state with the same numbers, cut off the graph."""
            return cut(state)

    return EncoderDecoder()
