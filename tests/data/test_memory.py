import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessons_pkg.data import adding_task, copy_task


def rng(seed=0):
    return np.random.default_rng(seed)


@given(st.integers(1, 9), st.integers(2, 40), st.integers(0, 99))
def test_what_an_addition_is(n, length, seed):
    x, y = adding_task(n, length, rng(seed))
    assert (x.shape, x.dtype) == ((n, length, 2), np.float32)
    assert (y.shape, y.dtype) == ((n,), np.float32)
    number, mark = x[..., 0], x[..., 1]
    assert ((number >= 0) & (number < 1)).all()
    assert set(np.unique(mark)) <= {0, 1}
    half = length // 2
    assert (mark[:, :half].sum(axis=1) == 1).all()
    assert (mark[:, half:].sum(axis=1) == 1).all()
    for row in range(n):
        a, b = number[row, mark[row] == 1]
        assert y[row] == pytest.approx(a + b, abs=1e-6)


def test_the_error_of_who_remembers_nothing():
    """The variance of a number from 0 to 1 is 1/12, of the sum of two 1/6."""
    x, y = adding_task(20_000, 10, rng())
    assert np.mean((y - 1) ** 2) == pytest.approx(1 / 6, rel=0.03)
    # Every place of a half is marked as often as another.
    often = x[..., 1].mean(axis=0)
    np.testing.assert_allclose(often, 1 / 5, atol=0.015)


@given(*[st.integers(1, n) for n in (9, 12, 11, 7)], st.integers(0, 99))
def test_what_a_copy_is(n, length, n_symbols, n_copied, seed):
    tokens, targets = copy_task(n, length, rng(seed), n_symbols, n_copied)
    assert tokens.shape == targets.shape == (n, length + 2 * n_copied)
    assert tokens.dtype == targets.dtype == np.int64
    symbols = tokens[:, :n_copied]
    assert symbols.min() >= 1
    assert symbols.max() <= n_symbols
    # The same symbols come out n_copied + length steps later, and nothing else does.
    np.testing.assert_array_equal(targets[:, n_copied + length :], symbols)
    assert not targets[:, : n_copied + length].any()
    # In between stand blanks and, just before the answer, the sign to repeat.
    wait = tokens[:, n_copied:]
    assert (wait[:, length - 1] == n_symbols + 1).all()
    assert not np.delete(wait, length - 1, axis=1).any()


def test_every_symbol_comes_as_often():
    tokens, _ = copy_task(4000, 3, rng())
    share = np.bincount(tokens[:, :5].ravel(), minlength=9)[1:] / 20_000
    np.testing.assert_allclose(share, 1 / 8, atol=0.01)


@pytest.mark.parametrize("task", [adding_task, copy_task])
def test_the_generator_decides(task):
    one, again, other = (task(5, 8, rng(seed))[0].tolist() for seed in (3, 3, 4))
    assert one == again != other
    same = rng()
    assert task(5, 8, same)[0].tolist() != task(5, 8, same)[0].tolist()


@pytest.mark.parametrize("task", [adding_task, copy_task])
def test_what_does_not_fit(task):
    who = task.__name__
    with pytest.raises(TypeError, match=f"{who}: rng must be a numpy.random.Generator"):
        task(5, 8, 0)
    least = 2 if task is adding_task else 1
    for name, n, length in (
        ("n", 0, 8),
        ("n", 2.0, 8),
        ("length", 5, least - 1),
        ("length", 5, None),
    ):
        value = n if name == "n" else length
        bound = 1 if name == "n" else least
        with pytest.raises(ValueError, match=who) as error:
            task(n, length, rng())
        assert str(error.value) == (
            f"{who}: {name}={value!r} must be a whole number, {bound} or more. Give such "
            "a number."
        )
    with pytest.raises(ValueError, match="copy_task: n_copied=0 must be"):
        copy_task(5, 8, rng(), n_copied=0)
