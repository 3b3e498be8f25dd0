import sys
from collections import defaultdict

import numpy as np
import pytest

from lessons_pkg import data
from lessons_pkg.data.languages import KINDS, LANGUAGES
from lessons_pkg.preprocess import train_test_split

babel = pytest.importorskip("babel")


@pytest.fixture(scope="module")
def names():
    return data.languages()


def test_the_facts_that_the_course_states(names):
    assert 6000 < len(names) == len(names.strings) == len(names.groups) < 9000
    assert (names.y.dtype, names.y.shape) == (np.int64, (len(names),))
    assert len(names.class_names) == 10
    assert names.class_names[:3] == ("German", "English", "Spanish")
    assert (np.diff(names.y) >= 0).all()  # sorted: shuffle before you split
    counts = np.bincount(names.y, minlength=10)
    assert 0.06 < counts.min() / len(names) < counts.max() / len(names) < 0.15


def test_the_strings_are_babels_and_of_their_language(names):
    tables = []
    for code in LANGUAGES:
        locale = babel.Locale(code)
        tables.append(
            set().union(
                locale.territories.values(),
                locale.languages.values(),
                locale.currencies.values(),
            )
        )
    for string, k in zip(names.strings, names.y, strict=True):
        assert string in tables[k]
        assert [k] == [j for j, table in enumerate(tables) if string in table]


def test_no_string_comes_twice_whatever_its_capitals(names):
    plain = [s.casefold() for s in names.strings]
    assert len(set(plain)) == len(plain)


def test_what_is_left_out_is_counted(names):
    """Count in another way: by the languages that have a string."""
    users = defaultdict(set)
    for code in LANGUAGES:
        locale = babel.Locale(code)
        for table in (locale.territories, locale.languages, locale.currencies):
            for string in table.values():
                users[string.casefold()].add(code)
    assert len(names) == sum(len(u) == 1 for u in users.values())
    assert names.n_left_out == sum(len(u) for u in users.values() if len(u) > 1)


def test_groups_by_hand(names):
    named = dict(zip(names.strings, names.groups, strict=True))
    # A country, its currency and its old currency share a group; two languages as well.
    assert named["Brasile"] == named["real brazylijski"] == "BR"
    assert named["brasiliansk cruzeiro novo (1967–1986)"] == "BR"
    assert named["Brazilian Portuguese"] == named["portugais"] == "pt"
    assert named["CFA-Franc (BEAC)"] == "XAF"  # of no one country


def test_split_by_group_as_the_docstring_says(names):
    codes = np.unique(names.groups)
    train, test = train_test_split(len(codes), 0.2, seed=0)
    in_test = np.isin(names.groups, codes[test])
    assert not set(names.groups[in_test]) & set(names.groups[~in_test])
    assert set(names.groups[~in_test]) == set(codes[train])
    assert 0.1 < in_test.mean() < 0.3
    assert set(names.y[in_test]) == set(range(10))


def test_a_split_by_string_would_have_its_groups_on_both_sides(names):
    """The proof that the grouping matters."""
    train, test = train_test_split(len(names), 0.2, seed=0)
    assert np.isin(names.groups[test], names.groups[train]).mean() > 0.9


@pytest.mark.parametrize("kind", KINDS)
def test_one_kind(kind, names):
    one = data.languages(kind)
    assert 1000 < len(one) < len(names)
    assert kind in one.source
    assert data.languages((kind,)).strings == one.strings
    assert all(g.isupper() or g.isdigit() for g in one.groups) == (kind != "languages")


def test_each_call_gives_the_same_and_a_copy_of_its_own(names):
    again = data.languages()
    assert again.strings == names.strings
    again.strings.clear()
    again.y[:] = -1
    assert data.languages().strings == names.strings
    assert (data.languages().y == names.y).all()


def test_repr(names):
    lines = repr(names).splitlines()
    assert lines[0] == (
        f"Names: {len(names):,} strings, 10 languages, {len(np.unique(names.groups))} "
        f"groups; {names.n_left_out:,} strings left out, the same in several languages"
    )
    assert lines[1] == (
        "  source: Unicode Common Locale Data Repository (CLDR), names of countries, "
        "languages, currencies; as shipped in Babel"
    )
    assert lines[2] == "  licence: data: Unicode License; Babel BSD-3-Clause"


@pytest.mark.parametrize("kinds", ["animals", (), ("countries", "animals"), 5, [[]]])
def test_other_kinds(kinds):
    with pytest.raises(ValueError, match=r"data\.languages") as error:
        data.languages(kinds)
    assert str(error.value).endswith(
        " must be among countries, languages, currencies. Give one of them, or several."
    )


def test_without_babel(monkeypatch):
    monkeypatch.setitem(sys.modules, "babel", None)
    with pytest.raises(ImportError) as error:
        data.languages()
    assert str(error.value) == (
        "data.languages: the names come with Babel, which is not installed. Install it "
        "with: python -m pip install babel"
    )
