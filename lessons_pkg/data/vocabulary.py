"""Vocabulary: tokens and their numbers."""

from collections import Counter

import numpy as np

from . import _sequence_checks as check
from ._checks import size as _size

PAD, START, END, UNKNOWN = "<pad>", "<start>", "<end>", "<unknown>"


class Vocabulary:
    """Number tokens: token k of the list has the number k.

    tokens  : texts, each once: characters, words, or special ones such as PAD
    unknown : the token that stands for all that are not there; None: they are an error
    Raises TypeError for what is no text, ValueError for a token that comes twice.

    >>> letters = Vocabulary.of("banana", special=(PAD,))
    >>> letters.tokens, letters.encode("nab")
    (('<pad>', 'a', 'b', 'n'), array([3, 1, 2]))
    >>> letters.text([2, 1, 3])
    'ban'
    """

    def __init__(self, tokens, unknown=None):
        self.tokens, self.unknown = tuple(_several("tokens", tokens)), unknown
        _require_texts(self.tokens)
        self._number = {token: k for k, token in enumerate(self.tokens)}
        _require_once(self.tokens, self._number)
        if unknown is not None and unknown not in self._number:
            raise ValueError(
                f"Vocabulary: unknown={unknown!r} is not among the tokens. Add it: with "
                f"Vocabulary.of, special=({unknown!r},)."
            )

    @classmethod
    def of(cls, sequences, special=(), least=1):
        """Collect the tokens of a text or of sequences: special ones, the rest sorted.

        sequences : a text, whose tokens are its characters; or a list of sequences, each
                    a text or a list of tokens. For words: [text.split()]
        special   : tokens to put first, such as (PAD, START, END). With UNKNOWN among
                    them it stands for what is not there
        least     : leave out tokens that come fewer times
        Raises TypeError for what is not as above, ValueError where no token is left.
        """
        if isinstance(special, str):
            raise TypeError(
                "Vocabulary.of: special must be a tuple of tokens, but one text came. "
                f"Write ({special!r},)."
            )
        special = tuple(_several("special", special))
        least, count = _size("Vocabulary.of", "least", least), _counted(sequences)
        rest = sorted(t for t, n in count.items() if n >= least and t not in special)
        if not rest:
            raise ValueError(
                f"Vocabulary.of: no token comes least={least} times or more. Give more "
                "text, or a smaller least."
            )
        return cls((*special, *rest), UNKNOWN if UNKNOWN in special else None)

    def __len__(self):
        return len(self.tokens)

    def __contains__(self, token):
        return token in self._number

    def __getitem__(self, token):
        """Return the number of one token."""
        return int(self.encode([token])[0])

    def __repr__(self):
        """Say how many tokens there are, and the first of them."""
        shown = ", ".join(map(repr, self.tokens[:8]))
        return f"Vocabulary of {len(self)}: {shown}{', ...' * (len(self) > 8)}"

    def encode(self, sequence):
        """Return the numbers (T,) int64 of the tokens: of a text, of its characters.

        Raises ValueError for a token that is not there, unless unknown is given, and
        TypeError for what is no sequence of tokens.
        """
        try:
            return np.fromiter(map(self._number.__getitem__, sequence), np.int64)
        except KeyError:
            return self._encode_unknown(list(sequence))
        except TypeError:
            raise _no_sequence("Vocabulary.encode", sequence) from None

    def decode(self, ids):
        """Return the tokens, a list, of numbers (T,).

        Raises TypeError or ValueError for what is no number of a token.
        """
        ids = check.ids("Vocabulary.decode", "ids", ids)
        wrong = (ids < 0) | (ids >= len(self))
        if wrong.any():
            raise ValueError(
                f"Vocabulary.decode: ids holds {ids[wrong][0]}, but the {len(self)} tokens "
                f"have the numbers 0 to {len(self) - 1}. Was it encoded with another "
                "vocabulary?"
            )
        return [self.tokens[k] for k in ids]

    def text(self, ids):
        """Return the tokens of numbers (T,), joined without a space."""
        return "".join(self.decode(ids))

    def _encode_unknown(self, sequence):
        if self.unknown is None:
            at = next(i for i, token in enumerate(sequence) if token not in self)
            raise ValueError(
                f"Vocabulary.encode: {sequence[at]!r}, at position {at}, is not among the "
                f"{len(self)} tokens. Build the vocabulary with special=(UNKNOWN,) to "
                "give all such tokens one number."
            ) from None
        _require_texts(sequence)
        other = self._number[self.unknown]
        return np.array([self._number.get(t, other) for t in sequence], np.int64)


def _several(name, tokens):
    if not hasattr(tokens, "__iter__"):
        raise TypeError(
            f"Vocabulary: {name} must be a list of tokens, but is of type "
            f"{type(tokens).__name__}. Give () for none."
        )
    return tokens


def _counted(sequences):
    """Return how often each token comes."""
    who, count = "Vocabulary.of", Counter()
    if not hasattr(sequences, "__iter__"):
        raise _no_sequence(who, sequences)
    for sequence in [sequences] if isinstance(sequences, str) else sequences:
        try:
            count.update(sequence)
        except TypeError:
            holds = hasattr(sequence, "__iter__")
            raise _no_sequence(who, sequence if holds else [sequence]) from None
    _require_texts(count)
    return count


def _no_sequence(who, value):
    """Say what is wrong with a value: its first entry that is no text, if it has one."""
    wrong = f"{type(value).__name__} does not hold any"
    for entry in value if hasattr(value, "__iter__") else ():
        if not isinstance(entry, str):
            wrong = f"{entry!r:.40} is of type {type(entry).__name__}"
            break
    return TypeError(
        f"{who}: a text or a list of tokens must come, but {wrong}. Of a Text give its "
        ".text; for words give text.split()."
    )


def _require_texts(tokens):
    for token in tokens:
        if not isinstance(token, str):
            raise TypeError(
                f"Vocabulary: tokens must be texts, but {token!r} is of type "
                f"{type(token).__name__}. Turn it into one with str()."
            )


def _require_once(tokens, number):
    if len(number) < len(tokens):
        twice = Counter(tokens).most_common(1)[0][0]
        raise ValueError(
            f"Vocabulary: the token {twice!r} comes twice, and would have two numbers. "
            "Collect tokens with Vocabulary.of, which takes each once."
        )
