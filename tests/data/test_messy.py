import numpy as np
import pytest

from lessons_pkg import data
from lessons_pkg.data.messy import GRADES

NAMES = ("iris", "wine", "breast_cancer", "diabetes")


def missing(column):
    return np.array([value is None for value in column])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_recipe(name, seed):
    clean = data.load(name)
    raw = data.messy(clean, seed)
    n = len(clean.x)
    assert raw.x.shape == clean.x.shape
    assert {type(value) for value in raw.x.flat} == {str, type(None)}
    # 0: a tenth is missing
    assert missing(raw.x[:, 0]).sum() == n // 10
    # 1: half of the largest fifth, and no other
    gaps = missing(raw.x[:, 1])
    assert gaps.sum() == n // 5 // 2
    assert (clean.x[gaps, 1] >= np.sort(clean.x[:, 1])[n - n // 5]).all()
    # 2: grades that rise with the value, a third each but for ties
    grade = np.array([GRADES.index(value) for value in raw.x[:, 2]])
    assert (np.diff(grade[np.argsort(clean.x[:, 2])]) >= 0).all()
    assert (np.abs(np.bincount(grade) - n / 3) < n / 10).all()
    # 3: one in fifty is ten times as large
    ratio = raw.x[:, 3].astype(float) / clean.x[:, 3]
    slipped = ~np.isclose(ratio, 1)
    assert slipped.sum() == n // 50
    np.testing.assert_allclose(ratio[slipped], 10)
    # the others, and the order, are as they were
    np.testing.assert_array_equal(raw.x[:, 4:].astype(float), clean.x[:, 4:])
    for column in (0, 1):
        there = ~missing(raw.x[:, column])
        np.testing.assert_array_equal(
            raw.x[there, column].astype(float), clean.x[there, column]
        )
    np.testing.assert_array_equal(raw.y, clean.y)


def test_none_becomes_nan_and_the_clean_table_is_left_alone():
    clean = data.iris()
    before = clean.x.copy()
    raw = data.messy(clean)
    assert np.isnan(raw.x[:, 0].astype(float)).sum() == 15
    np.testing.assert_array_equal(clean.x, before)


def test_the_mean_tells_the_two_kinds_of_absence_apart():
    """At random it stays, over seeds; where large ones are missing it is too low."""
    clean = data.wine()
    shift = np.zeros((50, 2))
    for seed in range(50):
        left = data.messy(clean, seed).x[:, :2].astype(float)
        shift[seed] = np.nanmean(left, axis=0) - clean.x[:, :2].mean(axis=0)
    error = shift.std(axis=0) / np.sqrt(50)
    assert abs(shift[:, 0].mean()) < 3 * error[0]
    assert shift[:, 1].mean() < -30 * error[1]


def test_the_seed_decides():
    clean = data.iris()
    one, again, other = (data.messy(clean, seed).x for seed in (3, 3, 4))
    assert one.tolist() == again.tolist() != other.tolist()


def test_it_says_what_it_is():
    raw = data.messy(data.iris())
    assert raw.name == "iris, made messy"
    assert raw.source.endswith("; flaws added by lessons_pkg.data.messy")
    assert raw.units == "all four in cm; all as text, and column 2 as a grade"


def test_what_is_no_table_of_numbers():
    with pytest.raises(ValueError, match=r"data\.messy") as error:
        data.messy(data.digits())
    assert str(error.value) == (
        "data.messy: x must be a table (N, D) of numbers with D >= 4 columns, but digits "
        "has shape (1797, 8, 8) and dtype float32. Take iris() or wine()."
    )
    with pytest.raises(ValueError, match="made messy has shape"):
        data.messy(data.messy(data.iris()))
