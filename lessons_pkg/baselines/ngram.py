"""N-grams: a language model that counts what followed the last few tokens."""

from dataclasses import dataclass

import numpy as np

from . import _checks as checks


class NGram:
    """Predict a token from the order - 1 tokens before it, by interpolated Witten-Bell.

    p(w | h) = (c(h w) + m(h) p(w | h')) / (c(h) + m(h)), from the longest context h to the
    empty one, and from there to 1 / n_tokens: c(h w) counts h followed by w in the
    training text, c(h) h followed by anything, m(h) how many different tokens followed h,
    and h' is h without its first token. A context never seen leaves p(w | h') as it is.
    Nothing has to be tuned, and no token ever gets 0.

    order : how many tokens an n-gram has: 1 knows frequencies only, 2 looks at one token
        before, and so on
    n_tokens : the size K of the vocabulary
    Raises ValueError for what are no such numbers.
    Source: Witten and Bell 1991, "The zero-frequency problem"; interpolated, Chen and
    Goodman 1999, "An empirical study of smoothing techniques for language modeling".

    >>> model = NGram(order=1, n_tokens=2).fit([0, 0, 1])
    >>> model.distribution([])  # (2 + 2 * 1/2) / (3 + 2), (1 + 2 * 1/2) / (3 + 2)
    array([0.6, 0.4])
    """

    def __init__(self, order, n_tokens):
        self.order = checks.whole_number("NGram", "order", order, 1)
        self.n_tokens = checks.whole_number("NGram", "n_tokens", n_tokens, 1)
        self._tables = []

    def fit(self, ids):
        """Count all n-grams of up to `order` tokens in ids (T,); return the model itself.

        What was counted before is forgotten. Raises ValueError for what are no tokens.
        """
        ids = checks.tokens("NGram", "ids", ids, self.n_tokens)
        if not len(ids):
            raise ValueError("NGram: ids are empty. Give at least one token.")
        self._tables, n_contexts = [], 1
        for contexts in self._contexts(ids[None]):
            there = contexts[0] >= 0
            if not there.any():
                break  # the text is shorter than the n-grams
            pairs = contexts[0, there], ids[there]
            self._tables.append(Counts.of(*pairs, n_contexts, self.n_tokens))
            n_contexts = len(self._tables[-1].codes)
        return self

    def log_probabilities(self, ids):
        """Return log p of each of ids (T,), natural, given those of ids that stand before.

        The first few have a shorter context. Raises ValueError for what are no tokens, or
        before fit.
        """
        self._require_fit()
        ids = checks.tokens("NGram", "ids", ids, self.n_tokens)
        return np.log(self._mixed(self._contexts(ids[None]), ids)[0])

    def distribution(self, context):
        """Return the probabilities of all tokens after a context.

        context : (L,) tokens, L from 0; or (N, L) several; the last order - 1 of them count
        Returns (K,), or (N, K), whose rows sum to 1.
        Raises ValueError for what are no tokens, or before fit.
        """
        self._require_fit()
        context = checks.tokens("NGram", "context", context, self.n_tokens, (1, 2))
        rows = np.atleast_2d(context)
        rows = np.pad(rows, ((0, 0), (0, 1)))  # a place for the token that comes next
        rows = rows[:, -self.order :]
        contexts = (h[:, -1:] for h in self._contexts(rows))
        p = self._mixed(contexts, np.arange(self.n_tokens))
        return p if context.ndim == 2 else p[0]

    def step(self, tokens, state=None):
        """Return log p of what comes next, (N, K), and the tokens (N, L) it is told from.

        The model as a step function of `decoding`: tokens (N,), state what the last call
        returned, None at the start.
        """
        tokens = checks.tokens("NGram", "tokens", tokens, self.n_tokens)[:, None]
        state = tokens if state is None else np.concatenate([state, tokens], axis=1)
        state = state[:, -max(1, self.order - 1) :]
        return np.log(self.distribution(state)), state

    def _contexts(self, rows):
        """Yield, for the lengths 0 ... order - 1, what stands before each token of rows (N, T).

        A context has the number that it has in the table of its length; -1 where it was
        never seen, or would reach back before the row.
        """
        contexts = np.zeros(rows.shape, dtype=np.int64)
        yield contexts
        for k in range(self.order - 1):
            if k == len(self._tables):
                return  # fit has seen nothing as long as that
            found = self._tables[k].find(contexts, rows)
            contexts = np.pad(found[:, :-1], ((0, 0), (1, 0)), constant_values=-1)
            yield contexts

    def _mixed(self, contexts, tokens):
        """Return p of the tokens, from the empty context to the longest."""
        p = 1 / self.n_tokens
        for table, h in zip(self._tables, contexts, strict=False):
            p = table.mix(h, tokens, p)
        return p

    def _require_fit(self):
        if not self._tables:
            raise ValueError("NGram: nothing was counted yet. Call fit(ids) first.")


@dataclass(frozen=True)
class Counts:
    """How often each token followed each context of one length.

    codes (M,) : context * n_tokens + token of each n-gram seen, in increasing order; its
        place there is its number as a context of the next table
    grams (M,) : how often each was seen
    totals, kinds : tokens, and different tokens, that followed each context
    """

    n_tokens: int
    codes: np.ndarray
    grams: np.ndarray
    totals: np.ndarray
    kinds: np.ndarray

    @classmethod
    def of(cls, contexts, tokens, n_contexts, n_tokens):
        """Count how often which token, below n_tokens, follows which context."""
        codes, grams = np.unique(contexts * n_tokens + tokens, return_counts=True)
        totals, kinds = (
            np.bincount(c, minlength=n_contexts) for c in (contexts, codes // n_tokens)
        )
        return cls(n_tokens, codes, grams, totals, kinds)

    def find(self, contexts, tokens):
        """Return the number of each n-gram; -1 for one never seen."""
        wanted = contexts * self.n_tokens + tokens  # below 0 after a context of -1
        place = np.minimum(np.searchsorted(self.codes, wanted), len(self.codes) - 1)
        return np.where(self.codes[place] == wanted, place, -1)

    def mix(self, contexts, tokens, p):
        """Return (c(h w) + m(h) p) / (c(h) + m(h)), and p where nothing followed h."""
        place, h = self.find(contexts, tokens), np.maximum(contexts, 0)
        count = np.where(place >= 0, self.grams[place], 0)
        total, kinds = self.totals[h], self.kinds[h]
        mixed = (count + kinds * p) / np.maximum(total + kinds, 1)
        return np.where((contexts >= 0) & (total > 0), mixed, p)
