"""Names of countries, languages and currencies, written in ten languages, from Babel."""

from collections import Counter
from dataclasses import dataclass

import numpy as np

LANGUAGES = {
    "de": "German",
    "en": "English",
    "es": "Spanish",
    "fi": "Finnish",
    "fr": "French",
    "it": "Italian",
    "nl": "Dutch",
    "pl": "Polish",
    "pt": "Portuguese",
    "sv": "Swedish",
}
KINDS = ("countries", "languages", "currencies")


@dataclass(frozen=True, eq=False, repr=False)
class Names:
    """Strings, the language that each is written in, and what each is the name of.

    strings : N texts
    y       : (N,) int64, the language, an index into class_names
    groups  : (N,) texts, a code of what is named; no group may be on both sides of a split
    n_left_out : how many strings were left out because several languages write them alike
    """

    strings: list[str]
    y: np.ndarray
    class_names: tuple[str, ...]
    groups: np.ndarray
    n_left_out: int
    source: str
    licence: str

    def __len__(self):
        return len(self.strings)

    def __repr__(self):
        """Say how many there are of what, and under which licence."""
        return (
            f"Names: {len(self):,} strings, {len(self.class_names)} languages, "
            f"{len(np.unique(self.groups))} groups; {self.n_left_out:,} strings left out, "
            "the same in several languages\n"
            f"  source: {self.source}\n"
            f"  licence: {self.licence}"
        )


def languages(kinds=KINDS):
    """Return what ten languages call the world's countries, languages and currencies.

    The task is to tell the language. A string that several languages write alike has no
    one answer and is left out; one that a language uses twice stands once. Capitals make
    no difference in this. They come sorted by language: shuffle before you split.

    The group of a country is its code, "BR"; of a currency, the code of its country, "BR"
    of "BRL"; of a language its code without a region, "pt". Split groups, not strings, or
    the test part asks for Brasile where the training part told of Brésil:

        codes = np.unique(names.groups)
        train, test = train_test_split(len(codes), 0.2, seed=0)
        in_test = np.isin(names.groups, codes[test])

    A language and its country, German and Germany, are two groups all the same.

    kinds : which of "countries", "languages", "currencies" to take
    Returns Names. How many depends on the version of Babel.
    Raises ValueError for other kinds, ImportError if Babel is not installed.
    """
    kinds = kinds if isinstance(kinds, tuple | list) else (kinds,)
    if not kinds or any(kind not in KINDS for kind in kinds):
        raise ValueError(
            f"data.languages: kinds={kinds!r} must be among {', '.join(KINDS)}. Give one "
            "of them, or several."
        )
    entries, n_left_out = _told_apart([_entries(code, kinds) for code in LANGUAGES])
    rows = [(s, k, g) for k, named in enumerate(entries) for s, g in named]
    strings, y, groups = zip(*rows, strict=True)
    return Names(
        strings=list(strings),
        y=np.array(y, np.int64),
        class_names=tuple(LANGUAGES.values()),
        groups=np.array(groups),
        n_left_out=n_left_out,
        source=(
            "Unicode Common Locale Data Repository (CLDR), names of "
            f"{', '.join(kinds)}; as shipped in Babel"
        ),
        licence="data: Unicode License; Babel BSD-3-Clause",
    )


def _entries(code, kinds):
    """Return {string in small letters: (string, group)} of one language."""
    locale, named = _locale(code), {}
    for kind, table, group in (
        ("countries", locale.territories, str),
        ("languages", locale.languages, _language),
        ("currencies", locale.currencies, _country),
    ):
        if kind in kinds:
            for key in sorted(table):
                named.setdefault(table[key].casefold(), (table[key], group(key)))
    return named


def _language(code):
    """Return "pt" of "pt_BR", Portuguese as in Brazil."""
    return code.partition("_")[0]


def _country(code):
    """Return "BR" of "BRL"; codes with X, of no one country, stay whole."""
    return code if code.startswith("X") else code[:2]


def _told_apart(entries):
    """Leave out what several languages write alike; return the rest, and how many."""
    count = Counter(plain for named in entries for plain in named)
    kept = [[named[p] for p in named if count[p] == 1] for named in entries]
    return kept, count.total() - sum(map(len, kept))


def _locale(code):
    try:
        from babel import Locale
    except ImportError:
        raise ImportError(
            "data.languages: the names come with Babel, which is not installed. Install "
            "it with: python -m pip install babel"
        ) from None
    return Locale(code)
