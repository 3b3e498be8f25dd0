import sys
from types import SimpleNamespace

import pytest

from lessons_pkg import data


@pytest.fixture(scope="module")
def text():
    return data.python_help()


def test_the_text_is_pythons_topics_in_order(text):
    topics = pytest.importorskip("pydoc_data.topics").topics
    rest = text.text
    for name in sorted(topics):
        topic = topics[name].strip("\n")
        assert rest.startswith(topic)
        rest = rest[len(topic) :].removeprefix("\n\n")
    assert rest == ""


def test_the_order_is_that_of_the_names(monkeypatch):
    topics = {"b": "\nsecond\n\n", "a": "first"}
    module = SimpleNamespace(topics=topics)
    monkeypatch.setitem(sys.modules, "pydoc_data.topics", module)
    assert data.python_help().text == "first\n\nsecond"


def test_the_facts_that_the_course_states(text):
    """They hold for every version of Python that the course supports."""
    assert 400_000 < len(text.text) < 700_000
    assert 90 <= len(set(text.text)) < 130
    assert text.text.startswith('The "assert" statement\n')


def test_source_and_licence_are_given(text):
    assert "Python Language Reference" in text.source
    assert "pydoc_data.topics" in text.source
    assert text.licence == (
        "PSF License Agreement; copyright Python Software Foundation"
    )


def test_repr():
    text = data.Text("tiny", "banana" * 200, "a fruit", "free")
    assert repr(text) == (
        "Text tiny: 1,200 characters, 3 different\n  source: a fruit\n  licence: free"
    )


def test_without_the_module(monkeypatch):
    monkeypatch.setitem(sys.modules, "pydoc_data.topics", None)
    with pytest.raises(ImportError) as error:
        data.python_help()
    assert str(error.value) == (
        "data.python_help: this Python comes without the module pydoc_data.topics. On "
        "Debian and Ubuntu it is in the package libpython3.X-stdlib, X for the version; "
        "else install Python from python.org."
    )
