import re

import numpy as np
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import Pipeline as Theirs
from sklearn.preprocessing import StandardScaler as TheirScaler

from lessons_pkg.preprocess import (
    PCA,
    Columns,
    MinMaxScaler,
    OneHotEncoder,
    Pipeline,
    SimpleImputer,
    StandardScaler,
)

from .generated import refuses

rng = np.random.default_rng(0)
X = rng.normal(3, 2, (40, 4))
Y = (X[:, 0] + rng.normal(size=40) > 3).astype(int)


def steps(scaler=StandardScaler, model=LogisticRegression):
    return [("scale", scaler()), ("pca", PCA(2)), ("model", model())]


# Pipeline


def test_by_hand():
    # standardised: (x - 4) / 2; then 0 to 1: from (3 - 4) / 2 and (7 - 4) / 2 ... to 1
    made = Pipeline([("one", StandardScaler()), ("two", MinMaxScaler())])
    made.fit([[2.0], [4.0], [6.0]])
    assert made.transform([[2.0], [3.0], [8.0]]).ravel().tolist() == pytest.approx(
        [0, 0.25, 1.5]
    )


@pytest.mark.parametrize("method", ["predict", "predict_proba", "decision_function"])
def test_equals_scikit_learn(method):
    ours = Pipeline(steps()).fit(X[:30], Y[:30])
    theirs = Theirs(steps(TheirScaler)).fit(X[:30], Y[:30])
    np.testing.assert_allclose(
        getattr(ours, method)(X[30:]), getattr(theirs, method)(X[30:]), rtol=1e-6
    )
    assert ours.score(X[30:], Y[30:]) == theirs.score(X[30:], Y[30:])


def test_a_regression_and_a_pipeline_inside_a_pipeline():
    before = Pipeline(steps()[:2])
    ours = Pipeline([("before", before), ("model", Ridge())]).fit(X, X[:, 0])
    theirs = Theirs(steps(TheirScaler, Ridge)).fit(X, X[:, 0])
    np.testing.assert_allclose(ours.predict(X), theirs.predict(X))


def test_everything_is_learned_from_the_training_part():
    made = Pipeline(steps()).fit(X[:30], Y[:30])
    np.testing.assert_allclose(made["scale"].mean_, X[:30].mean(axis=0))
    before = made.predict_proba(X[:5])
    made.predict(X * 100)
    np.testing.assert_array_equal(made.predict_proba(X[:5]), before)
    np.testing.assert_allclose(
        made.fit(X[10:], Y[10:])["scale"].mean_, X[10:].mean(axis=0)
    )


def test_names_and_places():
    made = Pipeline(steps())
    assert list(made.named_steps) == ["scale", "pca", "model"]
    assert made["pca"] is made[1] is made.named_steps["pca"]
    assert made[-1] is made["model"]
    assert len(made) == 3


def test_pipeline_errors():
    refuses(
        lambda: Pipeline([("a", PCA()), ("a", PCA())]),
        "Pipeline: each step needs a name of its own, but the names are ['a', 'a']. Give "
        'for example [("scale", StandardScaler()), ("model", model)].',
    )
    refuses(
        lambda: Pipeline([("model", Ridge()), ("scale", StandardScaler())]),
        "Pipeline: 'model' needs a method transform, but Ridge has none. Give an object "
        "that has one.",
    )
    refuses(
        lambda: Pipeline([("scale", StandardScaler)[::-1]]),
        "Pipeline: each step must be a pair (name, step), but (<class 'lessons_pkg."
        "preprocess.scale.StandardScaler'>, 'scale') came. Give for example "
        '[("scale", StandardScaler()), ("model", model)].',
    )
    refuses(
        lambda: Pipeline([("scale", StandardScaler)]),
        "Pipeline: 'scale' is the class StandardScaler. Make one of it with brackets: "
        "StandardScaler().",
    )
    refuses(
        lambda: Pipeline([("scale", StandardScaler())]).fit(X).predict(X),
        "Pipeline: 'scale' needs a method predict, but StandardScaler has none. Give an "
        "object that has one.",
    )
    refuses(
        lambda: Pipeline(steps()).predict(X),
        "Pipeline: predict came before fit. Call fit with the training part first.",
    )


# Columns


def mixed():
    table = np.array(
        [
            ["1.5", "red", None, "x"],
            ["2.5", "blue", "4", "x"],
            [None, "red", "8", "y"],
        ],
        dtype=object,
    )
    fill = Pipeline([("fill", SimpleImputer()), ("scale", MinMaxScaler())])
    return table, Columns({"numbers": ([0, 2], fill), "colour": ([1], OneHotEncoder())})


def test_a_raw_table_by_hand():
    # column 0: 1.5 2.5 and their mean 2; column 2: 4 8 and 6; then 0 to 1
    table, columns = mixed()
    expected = [[0, 0.5, 0, 1], [1, 0, 1, 0], [0.5, 1, 0, 1]]
    assert columns.fit_transform(table).tolist() == expected
    assert columns.transform(table).tolist() == expected
    assert columns.slices_ == {"numbers": slice(0, 2), "colour": slice(2, 4)}
    assert columns.transform([["2", "blue", "6", None]]).tolist() == [[0.5, 0.5, 1, 0]]
    assert columns.fit(table) is columns


def test_rows_of_numbers_and_text_stay_what_they_are():
    columns = Columns({"n": ([0], MinMaxScaler()), "kind": ([1], OneHotEncoder())})
    columns.fit([[1.0, 9], [3.0, 10]])
    assert columns.parts["kind"][1].categories_[0].tolist() == [9, 10]
    rows = Columns({"text": ([1], "passthrough")}).fit_transform([[0.5, "a"], [2, "b"]])
    assert rows.tolist() == [["a"], ["b"]]
    kept = Columns({"n": ([0], "passthrough")}).fit_transform([[0.5, "a"], [2, "b"]])
    assert kept.tolist() == [[0.5], [2]]


def test_columns_equal_scikit_learns():
    ours = Columns({"a": ([2, 0], StandardScaler()), "b": ([1], "passthrough")}).fit(X)
    theirs = ColumnTransformer(
        [("a", TheirScaler(), [2, 0]), ("b", "passthrough", [1])]
    ).fit(X)
    np.testing.assert_allclose(ours.transform(X), theirs.transform(X), rtol=1e-12)


def test_columns_in_a_pipeline_with_a_model():
    columns = Columns({"a": ([2, 0], StandardScaler()), "b": ([-1], MinMaxScaler())})
    made = Pipeline([("columns", columns), ("model", LogisticRegression())]).fit(X, Y)
    assert made.score(X, Y) > 0.7


def test_columns_errors():
    table, columns = mixed()
    refuses(
        lambda: columns.transform(table),
        "Columns: transform came before fit. Call fit with the training part first.",
    )
    columns.fit(table)
    refuses(
        lambda: columns.transform(table[:, :3]),
        "Columns: transform expects 4 columns, as fit has seen them, but x has 3. Give "
        "the same columns in the same order.",
    )
    for wrong in ([4], [], [0, -5], ["age"]):
        refuses(
            lambda w=wrong: Columns({"a": (w, StandardScaler())}).fit(X),
            f"Columns: part 'a' asks for columns {wrong}, but x has columns 0 to 3. Give "
            f"a list of indices.",
        )
    refuses(
        lambda: Columns({"a": (1, StandardScaler())}).fit(X),
        "Columns: part 'a' asks for columns 1, but x has columns 0 to 3. Give a list of "
        "indices.",
    )
    refuses(
        lambda: Columns({"a": ([0], Ridge())}).fit(X),
        "Columns: 'a' needs a method transform, but Ridge has none. Give an object that "
        "has one.",
    )
    refuses(
        lambda: Columns({}).fit(X),
        "Columns: there are no parts. Give a dict {name: (columns, transformer)}.",
    )


def test_the_sentence_of_a_step_is_that_of_the_step():
    sentence = "StandardScaler: column 0 holds NaN, a missing value."
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}"):
        Columns({"a": ([1], StandardScaler())}).fit([[1.0, np.nan]])


def test_parts_and_steps_of_another_form():
    refuses(
        lambda: Columns([("a", StandardScaler(), [0])]).fit(X),
        "Columns: parts must be a dict. Give a dict {name: (columns, transformer)}.",
    )
    refuses(
        lambda: Columns({"a": StandardScaler()}).fit(X),
        "Columns: part 'a' must be a pair (columns, transformer), but StandardScaler "
        "came. Give for example ([0, 1], StandardScaler()).",
    )
    refuses(
        lambda: Pipeline([1]),
        "Pipeline: each step must be a pair (name, step), but 1 came. Give for example "
        '[("scale", StandardScaler()), ("model", model)].',
    )
