"""The rules of book/_tools/rules.py: the book keeps each, and each finds a page that breaks it."""

from pathlib import Path

import notebooks as stored
import pytest
import rules
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from lessons_pkg.exercises import names

ROOT = Path(__file__).resolve().parents[1]
BOOK = ROOT / "book"
CHAPTERS = rules.chapters(BOOK)


@pytest.fixture(params=CHAPTERS, ids=lambda path: Path(path).stem)
def chapter(request):
    return CHAPTERS[request.param]


LESSONS = [path for path in CHAPTERS if Path(path).stem not in rules.PAGES]


@pytest.fixture(params=LESSONS, ids=lambda path: Path(path).stem)
def lesson(request):
    return CHAPTERS[request.param]


def test_the_pages_that_are_no_chapters_exist():
    assert {Path(path).stem for path in CHAPTERS} >= rules.PAGES


def notebook_of(*cells, **metadata):
    return new_notebook(cells=list(cells), metadata=metadata)


def code(source="1 + 1", tags=(), **metadata):
    return new_code_cell(source, metadata={"tags": list(tags), **metadata})


def prose(source, tags=(), **metadata):
    return new_markdown_cell(source, metadata={"tags": list(tags), **metadata})


def test_there_are_chapters():
    assert CHAPTERS


# Every page is in the table of contents.


def test_every_page_is_in_the_table_of_contents():
    assert rules.missing_from_toc(BOOK, ROOT / "_toc.yml") == []


def test_a_page_that_is_not_listed_is_found(tmp_path):
    (tmp_path / "_toc.yml").write_text(
        "format: jb-book\nroot: book/index\nparts:\n- chapters:\n  - file: book/one\n"
    )
    (tmp_path / "book" / "_tools").mkdir(parents=True)
    for name in ("index.md", "one.ipynb", "forgotten.md", "_tools/notes.md"):
        (tmp_path / "book" / name).touch()
    found = rules.missing_from_toc(tmp_path / "book", tmp_path / "_toc.yml")
    assert [Path(line.split(":")[0]).name for line in found] == ["forgotten.md"]


# Outputs.


def test_only_checked_cells_have_outputs_and_they_all_do(chapter):
    assert rules.wrong_outputs(chapter) == []


def test_a_checked_cell_without_output_or_count_is_found():
    never_fails = code(tags=[rules.CHECKED])
    no_count = code(tags=[rules.CHECKED])
    no_count.outputs = [new_output("stream", text="2")]
    assert len(rules.wrong_outputs(notebook_of(never_fails, no_count))) == 2


def test_an_output_in_any_other_cell_is_found():
    cell = code()
    cell.outputs = [new_output("stream", text="2")]
    assert "not tagged" in rules.wrong_outputs(notebook_of(cell))[0]


def test_the_book_has_checked_cells(chapter):
    assert any(rules.CHECKED in rules.tags(cell) for cell in chapter.cells)


# Pictures: nbval applies the rule to what each cell printed (tests/test_execution.py).


def picture(**metadata):
    data = {"image/png": "iVBOR", "text/plain": "<Figure>"}
    out = new_output("display_data", data=data)
    return rules.picture_problems(code(**metadata), [out])


def test_a_picture_needs_alt_text_and_a_caption():
    about = {"image": {"alt": "a line"}, "figure": {"caption": "It rises."}}
    assert picture(mystnb=about) == []
    assert len(picture()) == 2
    assert "alt" in picture(mystnb={"figure": {"caption": "It rises."}})[0]
    assert "caption" in picture(mystnb={"image": {"alt": "a line"}})[0]
    assert len(picture(mystnb={"image": {"alt": " "}, "figure": {"caption": ""}})) == 2


def html(text):
    out = new_output("display_data", data={"text/html": text})
    return rules.picture_problems(code(), [out])


def test_an_animation_needs_alt_text_and_a_caption():
    image = '<img alt="a line" src="data:">'
    assert html(f"<figure>{image}<figcaption>It rises.</figcaption></figure>") == []
    assert "caption" in html(f"<figure>{image}<figcaption></figcaption></figure>")[0]
    assert "alt" in html('<img src="data:">')[0]


# The template.


def test_every_chapter_has_its_lesson(lesson):
    assert rules.lesson_problems(lesson) == []


def test_a_missing_or_hollow_lesson_is_found():
    assert rules.lesson_problems(notebook_of()) == ["metadata.lesson is missing"]
    hollow = {
        "objectives": [],
        "key_points": [" "],
        "minutes": {"read": 0, "teach": "5"},
    }
    assert len(rules.lesson_problems(notebook_of(lesson=hollow))) == 6


def test_every_chapter_has_the_sections_of_the_template(lesson):
    assert rules.section_problems(lesson) == []


def test_a_missing_section_and_a_wrong_order_are_found():
    answer = "?\n<details>\n\nyes\n\n</details>"
    asked = [prose(answer, ["part-predict"]) for _ in range(3)]
    whole = [prose("", [section]) for section in rules.SECTIONS] + asked
    assert rules.section_problems(notebook_of(*whole)) == []
    for index, section in enumerate(rules.SECTIONS):
        rest = whole[:index] + whole[index + 1 :]
        assert rules.section_problems(notebook_of(*rest)) == [
            f"the section {section} is missing"
        ]
    assert "order" in rules.section_problems(notebook_of(*whole[::-1]))[0]
    assert "2 predictions" in rules.section_problems(notebook_of(*whole[:-1]))[0]


def test_code_cells_are_short(chapter):
    assert rules.long_cells(chapter) == []


def test_a_long_cell_is_found():
    lines = "\n".join(["pass"] * 15)
    assert rules.long_cells(notebook_of(code(lines))) == []
    assert "16 lines" in rules.long_cells(notebook_of(code(lines + "\npass")))[0]


def test_notebooks_are_in_their_stored_form(chapter):
    before = stored.text_of(chapter)
    assert stored.text_of(stored.stored_form(chapter.copy())) == before


# Numbers in prose.


def test_no_measured_figure_is_typed_into_prose(chapter):
    assert rules.typed_figures(chapter) == []


@pytest.mark.parametrize(
    "text",
    [
        "It reads 96.8 of a hundred.",
        "Accuracy is 97 % on new digits.",
        "Accuracy is $97\\,\\%$ on new digits.",
        "It takes 12 seconds.",
        "It takes 12 s.",
        "The network has 93,322 parameters.",
        "The network has $93{,}322$ parameters.",
        "The network has 93322 parameters.",
        "Accuracy rose to $0.968$.",
        "It takes 2,5 s.",
        "Accuracy is .97 now.",
        "The loss is 1.5e-3.",
        "It is 12x faster, or 12× faster.",
        "It is 12 times faster.",
        "It read 97 out of 100.",
        "It read 97/100.",
        "It has 93k parameters, or 93 thousand.",
        "It takes 12 min and 3 GB.",
        "A 97-percent score.",
        "Accuracy is 97&nbsp;%, or $97~\\%$, or $97{\\,}\\%$.",
        "There are 1897 images.",
        "See [the part below](#results): 0.968.",
        "```{note}\nAccuracy is 97 %.\n```",
        "- accuracy: **0.968**",
        "<details>\n\nIt is 0.968.\n\n</details>",
    ],
)
def test_a_measured_figure_is_found(text):
    assert rules.typed_figures(notebook_of(prose(text), code("x = 1")))


@pytest.mark.parametrize("page", rules.pages(BOOK), ids=lambda p: p.name)
def test_no_figure_is_typed_into_the_other_pages(page):
    if page.suffix == ".md":
        assert rules.figures(page.read_text("utf-8"), known=set()) == []


def test_a_measured_figure_in_a_caption_or_an_alt_text_is_found():
    about = {"image": {"alt": "up to 0.97"}, "figure": {"caption": "It ends at 0.968."}}
    assert len(rules.typed_figures(notebook_of(code("x = 1", mystnb=about)))) == 2


def test_chosen_checked_cited_and_computed_numbers_may_stand_in_prose():
    checked = code("print(f(2))", [rules.CHECKED])
    checked.outputs = [new_output("stream", text="0.8808")]
    cells = [
        prose("With a rate of 0.25, and 5 of 10 neurons, in 1958, in 3 steps."),
        prose("In the 1990s, with Python 3.11, see section 2.1, on 8 by 8 pixels."),
        prose("Hold out 20 % of 1,797 images; wait 30 seconds."),
        prose("The value is $\\sigma(2) = 0.8808$."),
        prose("It won with 15.3 % ([Krizhevsky and others](https://example.org))."),
        prose("Call `f(0.123)`:\n\n```python\nf(4.567)\n```"),
        code("rate, part, n, wait = 0.25, 0.2, 1797, 30"),
        checked,
    ]
    assert rules.typed_figures(notebook_of(*cells)) == []


def test_arithmetic_by_hand_needs_a_checked_cell_after_it():
    by_hand = prose("$0.1 + 0.4 + 0.9 + 0.1 = 1.5$", ["by-hand"])
    assert rules.typed_figures(notebook_of(by_hand, code("z", [rules.CHECKED]))) == []
    assert "not checked" in rules.typed_figures(notebook_of(by_hand, code("z")))[0]


# Links.


def test_every_link_inside_the_book_resolves():
    assert rules.dead_links(BOOK) == []


def test_a_dead_link_is_found(tmp_path):
    (tmp_path / "a.md").write_text(
        "# Top\n(label)=\n## One two: three\n[ok](b.md) [ok](#one-two-three) [ok](b.md#top)"
        "\n[ok](https://example.org/x) [ok](label) [dead](lable)"
        "[dead](c.md) [dead](b.md#low) [dead](#four)"
    )
    (tmp_path / "b.md").write_text("# Top\n")
    found = [line.split(": ")[1] for line in rules.dead_links(tmp_path)]
    assert found == ["lable", "c.md", "b.md#low", "#four"]


# Exercises.


def test_every_exercise_has_a_checker_and_every_checker_a_chapter():
    shown = {Path(path).stem: rules.exercises_of(nb) for path, nb in CHAPTERS.items()}
    assert rules.exercise_problems(shown, names()) == []


def test_every_exercise_shows_its_statement_its_starter_and_its_help(chapter):
    assert rules.incomplete_exercises(chapter) == []


def test_exercises_without_checker_or_chapter_are_found():
    shown = {"neurons": ["neurons.a", "cnn.b"]}
    problems = rules.exercise_problems(shown, ["neurons.a", "neurons.c"])
    assert problems == [
        "cnn.b: no checker",
        "neurons.c: in no chapter",
        "cnn.b: stands in the chapter neurons",
    ]


def test_exercises_are_found_in_metadata_and_in_code():
    cells = [
        prose("", lesson={"exercise": "neurons.a", "part": "statement"}),
        code('exercise("neurons.b").check(b)'),
    ]
    assert rules.exercises_of(notebook_of(*cells)) == ["neurons.a", "neurons.b"]
    assert rules.incomplete_exercises(notebook_of(*cells)) == [
        "neurons.a: has the parts ['statement']"
    ]
