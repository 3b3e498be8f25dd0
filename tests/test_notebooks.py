"""The stored form of a notebook: what is kept, what is dropped, what is written anew."""

import nbformat
import notebooks as stored
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from lessons_pkg.exercises import exercise, names

NAME = "neurons.layer"


@pytest.fixture
def chapter():
    """A notebook as an editor leaves it, with one of each generated cell."""
    lesson = {
        "objectives": ["compute a sum"],
        "prerequisites": ["addition", "patience"],
        "minutes": {"read": 10, "teach": 20, "exercises": 0},
        "key_points": ["Sums add up.", "Order does not matter."],
    }
    parts = [
        new_markdown_cell(
            "", metadata={"lesson": {"exercise": NAME, "part": "statement"}}
        ),
        new_code_cell("", metadata={"lesson": {"exercise": NAME, "part": "starter"}}),
        new_markdown_cell("", metadata={"lesson": {"exercise": NAME, "part": "help"}}),
    ]
    run = new_code_cell(
        "print(1 + 1)   \n", execution_count=7, metadata={"scrolled": True}
    )
    run.outputs = [new_output("stream", text="2\n")]
    checked = new_code_cell(
        "1 + 1", execution_count=8, metadata={"tags": ["nbval-check-output"]}
    )
    checked.outputs = [
        new_output("execute_result", data={"text/plain": "2"}, execution_count=8)
    ]
    cells = [
        new_markdown_cell("# Sums"),
        new_markdown_cell("", metadata={"lesson": {"generated": "card"}}),
        run,
        checked,
        *parts,
        new_markdown_cell("", metadata={"lesson": {"generated": "key_points"}}),
    ]
    metadata = {"lesson": lesson, "toc": {"base_numbering": 1}}
    return stored.stored_form(new_notebook(cells=cells, metadata=metadata))


def test_outputs_stay_only_where_they_are_checked(chapter):
    _, _, run, checked, *_ = chapter.cells
    assert run.outputs == []
    assert run.execution_count is None
    assert checked.outputs[0].data["text/plain"] == "2"
    assert checked.execution_count == checked.outputs[0].execution_count == 1


def test_what_an_editor_leaves_behind_is_dropped(chapter):
    assert "toc" not in chapter.metadata
    assert "scrolled" not in chapter.cells[2].metadata
    assert chapter.cells[2].source == "print(1 + 1)"
    assert chapter.metadata.kernelspec["name"] == "python3"


def test_the_card_and_the_key_points_come_from_the_metadata(chapter):
    card, points = chapter.cells[1].source, chapter.cells[-1].source
    assert "- compute a sum" in card
    assert "addition; patience." in card
    assert "10 minutes to read and run" in card
    assert f"{exercise(NAME).minutes} minutes of exercises" in card
    assert points == "- Sums add up.\n- Order does not matter."


def test_the_exercise_comes_from_its_definition(chapter):
    statement, starter, help_ = chapter.cells[4:7]
    ex = exercise(NAME)
    assert statement.source.startswith(f"### Exercise 1: {ex.title}\n")
    assert ex.statement.strip() in statement.source
    assert starter.source.startswith(ex.starter.strip())
    assert starter.source.endswith(f'exercise("{NAME}").check({ex.entry})')
    assert help_.source.count("<details>") == len(ex.hints) + 1
    assert ex.solution_code.strip() in help_.source


@pytest.mark.parametrize("name", names())
def test_a_generated_starter_is_formatted_and_short(name):
    source = stored.starter(exercise(name), 1)
    assert len(source.splitlines()) <= 15
    assert max(map(len, source.splitlines())) <= 88


def test_the_stored_form_of_the_stored_form_is_itself(chapter):
    text = stored.text_of(chapter)
    again = stored.stored_form(nbformat.reads(text, as_version=4))
    assert stored.text_of(again) == text
    assert text.endswith("}\n")


def test_check_names_the_notebook_and_changes_nothing(tmp_path, capsys):
    path = tmp_path / "a.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell("1", execution_count=3)]), path)
    before = path.read_bytes()
    with pytest.raises(SystemExit) as stopped:
        stored.main(["--check", str(path)])
    assert stopped.value.code == 1
    assert "not in its stored form" in capsys.readouterr().out
    assert path.read_bytes() == before
    stored.main([str(path)])
    stored.main(["--check", str(path)])


def test_run_stores_the_outputs_of_checked_cells(tmp_path):
    path = tmp_path / "a.ipynb"
    cells = [
        new_code_cell("x = 20 + 22"),
        new_code_cell("print(x)", metadata={"tags": ["nbval-check-output"]}),
    ]
    nbformat.write(new_notebook(cells=cells), path)
    stored.main(["--run", str(path)])
    cells = nbformat.read(path, as_version=4).cells
    assert cells[1].outputs[0].text == "42\n"
    assert cells[1].execution_count == 1
    assert cells[0].outputs == []


def test_what_answers_a_prediction_is_folded_in_jupyterlab():
    asked = new_markdown_cell("Predict.", metadata={"tags": ["part-predict"]})
    answer = new_code_cell("7", metadata={"tags": ["nbval-check-output"]})
    answer.outputs = [new_output("stream", text="7\n")]
    drawn = new_code_cell("draw()", metadata={"tags": ["hide-input"]})
    cells = stored.stored_form(new_notebook(cells=[asked, answer, drawn])).cells
    assert cells[1].metadata["jupyter"] == {"outputs_hidden": True}
    assert cells[2].metadata["jupyter"] == {"source_hidden": True}
    alone = stored.stored_form(new_notebook(cells=[answer])).cells
    assert "jupyter" not in alone[0].metadata
