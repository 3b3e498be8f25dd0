import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import lessons_pkg as lp
from lessons_pkg.data import END, PAD, START, UNKNOWN, Vocabulary


def test_by_hand():
    v = Vocabulary.of("banana", special=(PAD, START, END))
    assert v.tokens == ("<pad>", "<start>", "<end>", "a", "b", "n")
    assert len(v) == 6
    np.testing.assert_array_equal(
        v.encode([START, *"nab", END]), np.array([1, 5, 3, 4, 2]), strict=True
    )
    assert v.decode([1, 5, 3, 4, 2]) == ["<start>", "n", "a", "b", "<end>"]
    assert v.text([5, 3, 4]) == "nab"
    assert (v[PAD], v["n"]) == (0, 5)
    assert type(v["n"]) is int
    assert "b" in v
    assert "c" not in v
    assert repr(v) == "Vocabulary of 6: '<pad>', '<start>', '<end>', 'a', 'b', 'n'"
    assert repr(Vocabulary("abcdefghij")).endswith("'h', ...")


@given(st.text(min_size=1))
def test_decoding_undoes_encoding(text):
    v = Vocabulary.of(text)
    ids = v.encode(text)
    assert v.text(ids) == text
    assert (ids.dtype, ids.shape) == (np.int64, (len(text),))
    assert list(v.tokens) == sorted(set(text))


@given(st.lists(st.lists(st.sampled_from(["to", "be", "or", "not"]), min_size=1)))
def test_words(sentences):
    v = Vocabulary.of([["to"], *sentences])
    for words in sentences:
        assert v.decode(v.encode(words)) == words


def test_a_special_token_in_a_text_is_only_characters():
    v = Vocabulary.of(["<pad>"], special=(PAD,))
    assert len(v) == 6
    assert v.encode("<pad>").tolist() == [v[c] for c in "<pad>"]
    assert v.encode([PAD]).tolist() == [0]


def test_a_special_token_that_comes_as_a_token_stands_once():
    assert Vocabulary.of([[START, "a"]], special=(START,)).tokens == (START, "a")


def test_rare_tokens_are_left_out_and_become_unknown():
    v = Vocabulary.of("aaabbc", special=(UNKNOWN,), least=2)
    assert v.tokens == (UNKNOWN, "a", "b")
    assert v.unknown == UNKNOWN
    assert v.encode("abcz").tolist() == [1, 2, 0, 0]
    assert v.text(v.encode("ac")) == "a<unknown>"
    other = Vocabulary(["?", "a"], unknown="?")
    assert other.encode("xa").tolist() == [0, 1]


def test_the_order_of_the_sequences_does_not_matter():
    assert Vocabulary.of(["ab", "c"]).tokens == Vocabulary.of(["c", "ba"]).tokens


@pytest.mark.parametrize("make", [list, tuple, np.array, torch.tensor, lp.tensor])
def test_numbers_may_come_in_anything(make):
    assert Vocabulary("abc").text(make([2, 0])) == "ca"


def test_nothing():
    v = Vocabulary("abc")
    np.testing.assert_array_equal(v.encode(""), np.zeros(0, np.int64), strict=True)
    assert v.decode([]) == []
    assert v.text(np.zeros(0, np.int64)) == ""


def sentence(error, call):
    with pytest.raises(error) as caught:
        call()
    return str(caught.value)


def test_an_unknown_token():
    v = Vocabulary.of("banana")
    assert sentence(ValueError, lambda: v.encode("nab!")) == (
        "Vocabulary.encode: '!', at position 3, is not among the 3 tokens. Build the "
        "vocabulary with special=(UNKNOWN,) to give all such tokens one number."
    )
    with pytest.raises(ValueError, match="'nab', at position 0"):
        v["nab"]


def test_numbers_that_are_none_of_a_token():
    v = Vocabulary("abc")
    for wrong in (-1, 3):
        assert sentence(ValueError, lambda k=wrong: v.decode([0, k])) == (
            f"Vocabulary.decode: ids holds {wrong}, but the 3 tokens have the numbers 0 to "
            "2. Was it encoded with another vocabulary?"
        )
    assert sentence(TypeError, lambda: v.text([0.0])) == (
        "Vocabulary.decode: ids must hold whole numbers, but its dtype is float64. "
        "Encode tokens with a Vocabulary; convert numbers with astype(int)."
    )
    assert sentence(TypeError, lambda: v.text("ab")) == (
        "Vocabulary.decode: ids must hold whole numbers, but is of type str. Encode a "
        "text first: vocabulary.encode(text)."
    )
    assert sentence(ValueError, lambda: v.text([[0, 1]])) == (
        "Vocabulary.decode: ids must have shape (T,), but came with shape (1, 2). Give "
        "one sequence."
    )


@pytest.mark.parametrize(
    ("who", "entries", "wrong"),
    [
        ("of", 7, "int does not hold any"),
        ("of", [1, 2], "1 is of type int"),
        ("of", ["ab", ["c"], 2], "2 is of type int"),
        ("of", [["a", ["b"]]], "['b'] is of type list"),
        ("encode", 7, "int does not hold any"),
        ("encode", [["a"]], "['a'] is of type list"),
        ("encode", ["a", ["b"]], "['b'] is of type list"),
    ],
)
def test_what_holds_no_tokens(who, entries, wrong):
    assert sentence(TypeError, lambda: getattr(Vocabulary("ab"), who)(entries)) == (
        f"Vocabulary.{who}: a text or a list of tokens must come, but {wrong}. Of a Text "
        "give its .text; for words give text.split()."
    )


def test_a_text_with_its_origin_is_no_text():
    from lessons_pkg.data import Text

    assert sentence(TypeError, lambda: Vocabulary.of(Text("a", "b", "c", "d"))) == (
        "Vocabulary.of: a text or a list of tokens must come, but Text does not hold any. "
        "Of a Text give its .text; for words give text.split()."
    )


def test_tokens_that_are_no_texts():
    expected = (
        "Vocabulary: tokens must be texts, but 1 is of type int. Turn it into one with "
        "str()."
    )
    assert sentence(TypeError, lambda: Vocabulary([1, 2])) == expected
    assert sentence(TypeError, lambda: Vocabulary.of([[1], [2]])) == expected
    v = Vocabulary.of("ab", special=(UNKNOWN,))
    assert sentence(TypeError, lambda: v.encode([1, "a"])) == expected


def test_what_makes_no_vocabulary():
    assert sentence(ValueError, lambda: Vocabulary("aba")) == (
        "Vocabulary: the token 'a' comes twice, and would have two numbers. Collect "
        "tokens with Vocabulary.of, which takes each once."
    )
    assert sentence(ValueError, lambda: Vocabulary("ab", unknown=UNKNOWN)) == (
        "Vocabulary: unknown='<unknown>' is not among the tokens. Add it: with "
        "Vocabulary.of, special=('<unknown>',)."
    )
    assert sentence(TypeError, lambda: Vocabulary.of("ab", special=PAD)) == (
        "Vocabulary.of: special must be a tuple of tokens, but one text came. Write "
        "('<pad>',)."
    )
    for nothing in ("", [], [""]):
        assert sentence(ValueError, lambda x=nothing: Vocabulary.of(x)) == (
            "Vocabulary.of: no token comes least=1 times or more. Give more text, or a "
            "smaller least."
        )
    assert sentence(TypeError, lambda: Vocabulary(None)) == (
        "Vocabulary: tokens must be a list of tokens, but is of type NoneType. Give () "
        "for none."
    )
    assert sentence(TypeError, lambda: Vocabulary.of("ab", special=None)) == (
        "Vocabulary: special must be a list of tokens, but is of type NoneType. Give () "
        "for none."
    )
    with pytest.raises(ValueError, match=r"Vocabulary\.of: least=1\.5 must be a whole"):
        Vocabulary.of("ab", least=1.5)
