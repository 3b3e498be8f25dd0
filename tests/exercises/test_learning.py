"""The chapter's answers against other ways to the same; answers that learners give."""

import math
import re

import numpy as np
import pytest

from lessons_pkg.exercises import learning as module
from tests.exercises.helpers import Chapter, numbers

CHAPTER = Chapter("learning")
ex, given, mended, spoilt = CHAPTER.ex, CHAPTER.given, CHAPTER.mended, CHAPTER.spoilt

# --------------------------------------------- the answers against another way to them


def differences(f, x, eps=1e-5):
    """Central differences of a function of one array; one more axis at the end."""
    x = np.array(x, dtype=float)
    slopes = []
    for index in np.ndindex(x.shape):
        moved = [x.copy(), x.copy()]
        moved[0][index] += eps
        moved[1][index] -= eps
        slopes.append((f(moved[0]) - f(moved[1])) / (2 * eps))
    return np.moveaxis(np.array(slopes), 0, -1)


def close(got, want, rtol=1e-6, atol=1e-7):
    return all(
        np.shape(a) == np.shape(b) and np.allclose(a, b, rtol, atol)
        for a, b in zip(got, want, strict=True)
    )


def test_three_conventions():
    squares = (np.array([4, 3, 7]) - np.array([3, 5, 2])) ** 2
    want = [squares.mean(), squares.mean() / 2, squares.sum() / 2]
    np.testing.assert_allclose(ex("three_conventions").answer, want)


X, Y = np.array([1.0, 2, 4]), np.array([1.0, 8, 5])


def line_loss(wb):
    return np.mean((wb[0] * X + wb[1] - Y) ** 2)


def test_one_step():
    start = np.array([2.0, 1])
    want = start - 0.1 * differences(line_loss, start)
    np.testing.assert_allclose(ex("one_step").answer, want, atol=1e-9)
    losses = [f"{3 * line_loss(wb):g}/3" for wb in (start, want)]
    assert " to $".join(f"{loss}$" for loss in losses) in ex("one_step").explanation
    rows = re.findall(r"^\| (\d) \| (\d) \|$", ex("one_step").statement, re.M)
    np.testing.assert_array_equal(np.array(rows, float).T, [X, Y])


def bowl_after(steps, lr, start=(1.0, 1.0)):
    uv = np.array(start)
    for _ in range(steps):
        uv = uv - lr * np.array([8, 2]) * uv
    return uv


def test_safe_rate():
    bound, *uv = ex("safe_rate").answer
    slopes = differences(lambda p: 4 * p[0] ** 2 + p[1] ** 2, [1.0, 1.0])
    np.testing.assert_allclose(slopes, [8, 2])
    np.testing.assert_allclose(uv, bowl_after(2, 0.3))
    assert np.abs(bowl_after(2000, 0.99 * bound)).max() < 1e-6
    assert np.abs(bowl_after(2000, 1.01 * bound)).max() > 1e6
    assert np.abs(bowl_after(2000, 1.01 * bound, (0, 1))).max() < 1e-6  # "almost none"


def squares(x, y, weight, bias):
    return (x @ weight + bias - y) ** 2


@pytest.mark.parametrize(("n", "d"), [(1, 3), (5, 2), (7, 7)])
def test_mse_gradient(n, d):
    x, y, weight, bias = numbers(0, n, d), numbers(1, n), numbers(2, d), 0.5
    want = (
        differences(lambda w: squares(x, y, w, bias).mean(), weight),
        differences(lambda b: squares(x, y, weight, b).mean(), bias)[0],
    )
    assert close(ex("mse_gradient").answer(x, y, weight, bias), want)


@pytest.mark.parametrize("sigma", [0.7, np.array([0.5, 1, 2, 3, 0.1])])
def test_gaussian_nll(sigma):
    y, mean = numbers(3, 5), numbers(4, 5)
    terms = [
        -math.log(math.exp(-((a - m) ** 2) / (2 * s**2)) / (math.sqrt(math.tau) * s))
        for a, m, s in zip(y, mean, np.broadcast_to(sigma, 5), strict=True)
    ]
    assert math.isclose(ex("gaussian_nll").answer(y, mean, sigma), np.mean(terms))


def test_gaussian_nll_is_that_of_torch():
    torch = pytest.importorskip("torch")
    y, mean, sigma = numbers(5, 7), numbers(6, 7), np.abs(numbers(7, 7)) + 0.1
    tensors = [torch.tensor(v) for v in (mean, y, sigma**2)]
    for full, left_out in ((True, 0.0), (False, 0.5 * math.log(math.tau))):
        loss = torch.nn.functional.gaussian_nll_loss(*tensors, full=full)
        want = ex("gaussian_nll").answer(y, mean, sigma) - left_out
        assert math.isclose(loss, want, rel_tol=1e-9)


@pytest.mark.parametrize(("n", "d", "penalty"), [(11, 3, 2.0), (3, 7, 0.5)])
def test_ridge(n, d, penalty):
    from sklearn.linear_model import Ridge

    x, y = numbers(8, n, d) + 3, numbers(9, n) - 5
    weight, bias = ex("ridge").answer(x, y, penalty)
    model = Ridge(alpha=penalty).fit(x, y)
    assert close((weight, bias), (model.coef_, model.intercept_))

    def loss(w, b):
        return squares(x, y, w, b).sum() + penalty * np.sum(w**2)

    np.testing.assert_allclose(
        differences(lambda w: loss(w, bias), weight), 0, atol=1e-5
    )
    np.testing.assert_allclose(
        differences(lambda b: loss(weight, b), bias), 0, atol=1e-5
    )
    raised = ex("ridge").answer(x, y + 100, penalty)  # as the explanation has it
    assert close(raised, (weight, bias + 100))
    pays = ex("ridge").misconceptions["bias_pays"].wrong
    assert not close(pays(x, y + 100, penalty)[:1], pays(x, y, penalty)[:1])


def test_lasso_step_is_the_minimum_of_its_second_half():
    x, y, w, lr, penalty = numbers(10, 5, 3), numbers(11, 5), numbers(12, 3), 0.3, 0.4
    part = differences(lambda w: squares(x, y, w, 0).mean() / 2, w)
    z, grid = w - lr * part, np.linspace(-3, 3, 60001)
    want = [
        grid[np.argmin((grid - v) ** 2 / 2 + lr * penalty * np.abs(grid))] for v in z
    ]
    np.testing.assert_allclose(
        ex("lasso_step").answer(w, x, y, lr, penalty), want, atol=1e-4
    )


def test_lasso_steps_end_where_scikit_learn_does():
    from sklearn.linear_model import Lasso

    x, y = numbers(13, 40, 7), numbers(14, 40)
    y = y + 2 * x[:, 0] - x[:, 3]
    w, lr = np.zeros(7), 1 / np.linalg.norm(x.T @ x / len(y), 2)
    for _ in range(500):
        w = ex("lasso_step").answer(w, x, y, lr, 0.2)
    model = Lasso(alpha=0.2, fit_intercept=False, tol=1e-10).fit(x, y)
    np.testing.assert_allclose(w, model.coef_, atol=1e-6)
    assert 0 < np.count_nonzero(w) < 7
    assert list(w == 0) == list(model.coef_ == 0)


@pytest.mark.parametrize(("n", "size"), [(10, 4), (12, 3), (5, 8), (60000, 64)])
def test_epoch(n, size):
    batches = ex("epoch").answer(n, size, np.random.default_rng(0))
    assert sorted(np.concatenate(batches)) == list(range(n))
    assert {len(batch) for batch in batches[:-1]} <= {size}
    assert 0 < len(batches[-1]) <= size


def test_what_the_explanation_of_epoch_counts():
    n, size, batches, steps = map(
        int,
        re.search(
            r"(\d{5}) examples in batches of (\d+) make (\d+) batches.*\n(\d+) steps",
            ex("epoch").explanation,
        ).groups(),
    )
    assert len(ex("epoch").answer(n, size, np.random.default_rng(0))) == batches
    assert 5 * batches == steps


def entropy(w, x, y):
    return np.mean(np.logaddexp(0, np.where(y == 1, -x @ w, x @ w)))


@pytest.mark.parametrize("case", range(4))
def test_newton_step(case):
    w, x, y = ex("newton_step").cases[case].args
    gradient = differences(lambda w: entropy(w, x, y), w)
    hessian = differences(
        lambda w: differences(lambda w: entropy(w, x, y), w, 1e-4), w, 1e-4
    )
    want = w - np.linalg.solve(hessian, gradient)
    np.testing.assert_allclose(ex("newton_step").answer(w, x, y), want, 1e-4, 1e-4)


def test_newton_takes_a_handful_of_steps_and_may_leap_past():
    step, (_, x, y) = ex("newton_step").answer, ex("newton_step").cases[0].args
    w = np.zeros(2)
    for _ in range(6):
        w = step(w, x, y)
    np.testing.assert_allclose(differences(lambda w: entropy(w, x, y), w), 0, atol=1e-8)
    far = np.array([4.0, -4.0])
    assert entropy(step(far, x, y), x, y) > entropy(far, x, y)


@pytest.mark.parametrize("case", range(5))
def test_wrong_axis(case):
    torch = pytest.importorskip("torch")
    p, truth = ex("wrong_axis").cases[case].args
    right = torch.tensor(truth).argmax(1)
    want = torch.nn.functional.nll_loss(torch.tensor(p).log(), right)
    assert math.isclose(ex("wrong_axis").answer(p, truth), want, abs_tol=1e-12)


def test_what_the_statement_says_of_wrong_axis():
    wrong, (p, truth) = given("wrong_axis"), ex("wrong_axis").cases[0].args
    copied = np.tile(p, (2, 1)), np.tile(truth, (2, 1))
    assert math.isclose(wrong(*copied), 2 * wrong(p, truth))
    assert math.isclose(*(ex("wrong_axis").answer(*a) for a in (copied, (p, truth))))
    sure = np.array([[1.0, 0, 0]])
    with np.errstate(all="ignore"):
        assert np.isnan(wrong(sure, sure))
    assert ex("wrong_axis").answer(sure, sure) == 0
    square = p[:3], np.eye(3)  # as many examples as classes
    assert math.isclose(*(f(*square) for f in (wrong, ex("wrong_axis").answer)))


def test_bias_pays():
    x, y, weight, bias, penalty = (
        numbers(15, 5, 3),
        numbers(16, 5),
        numbers(17, 3),
        2,
        3,
    )

    def loss(w, b):
        return squares(x, y, w, b).mean() + penalty * np.sum(w**2)

    want = (
        differences(lambda w: loss(w, bias), weight),
        differences(lambda b: loss(weight, b), float(bias))[0],
    )
    assert close(ex("bias_pays").answer(x, y, weight, bias, penalty), want)
    wrong = given("bias_pays")(x, y, weight, bias, penalty)
    assert not close(wrong[:1], want[:1])
    assert not close(wrong[1:], want[1:])


def rest(gradients, x, y, penalty=0.5):
    """Where descent comes to rest."""
    weight, bias = np.zeros(x.shape[1]), 0.0
    for _ in range(4000):
        dweight, dbias = gradients(x, y, weight, bias, penalty)
        weight, bias = weight - 0.005 * dweight, bias - 0.005 * dbias
    return weight, bias


def test_what_the_statement_says_of_bias_pays():
    x = numbers(18, 20, 2)
    y = x @ [1.0, -2.0] + 3
    copied = np.tile(x, (2, 1)), np.tile(y, 2)
    wrong, right = given("bias_pays"), ex("bias_pays").answer
    assert np.all(np.abs(rest(wrong, *copied)[0]) > np.abs(rest(wrong, x, y)[0]))
    assert not close(rest(wrong, x, y + 100)[:1], rest(wrong, x, y)[:1], 0.01)
    weight, bias = rest(right, x, y)
    assert close(rest(right, *copied), (weight, bias))
    assert close(rest(right, x, y + 100), (weight, bias + 100))


# ------------------------------------------------------------ open: the six tables


WIDE, NARROW = 10.0 ** np.arange(-6, 9), 10.0 ** np.arange(-3, 4)


def penalty_by(folds, seed, grid=WIDE):
    """Choose the penalty as a learner would: on parts held back, by `ridge`."""

    def choose(x, y):
        order = np.random.default_rng(seed).permutation(len(y))
        errors = np.zeros(len(grid))
        for held in np.array_split(order, folds):
            seen = np.setdiff1d(order, held)
            for i, penalty in enumerate(grid):
                weight, bias = ex("ridge").answer(x[seen], y[seen], penalty)
                errors[i] += squares(x[held], y[held], weight, bias).sum()
        return grid[errors.argmin()]

    return choose


def by_training_error(x, y):
    fits = [ex("ridge").answer(x, y, penalty) for penalty in WIDE]
    return WIDE[np.argmin([squares(x, y, *fit).sum() for fit in fits])]


def of_standardised(x, y):
    return penalty_by(5, 0)((x - x.mean(axis=0)) / x.std(axis=0), y)


def of_the_mean(x, y):
    """Choose in the chapter's convention."""
    return penalty_by(5, 0)(x, y) / len(y)


def by_one_part(x, y):
    from sklearn.model_selection import train_test_split

    x1, x2, y1, y2 = train_test_split(x, y, test_size=0.1, random_state=0)
    fits = [ex("ridge").answer(x1, y1, penalty) for penalty in WIDE]
    return WIDE[np.argmin([squares(x2, y2, *fit).sum() for fit in fits])]


def ridge_cv(x, y):
    from sklearn.linear_model import RidgeCV

    return RidgeCV(alphas=WIDE).fit(x, y).alpha_


def worse(choose):
    """How much worse than the best, in the mean over the tables."""
    tables = module._tables()
    return np.mean([error(choose(x, y)) / least for x, y, error, least in tables]) - 1


@pytest.mark.parametrize("seed", range(8))
def test_five_parts_are_enough_whatever_the_order(seed):
    assert worse(penalty_by(5, seed)) < module._WORSE


def test_the_solution_passes_with_room_to_spare():
    assert worse(ex("penalty").answer) < module._WORSE / 3


@pytest.mark.parametrize("factor", 10.0 ** np.arange(-3, 7, 0.5))
def test_no_rule_without_a_look_at_y_passes(factor):
    assert worse(lambda x, y: factor * x.var()) > module._WORSE


@pytest.mark.parametrize("factor", 10.0 ** np.arange(-5, 3, 0.5))
def test_no_rule_of_the_two_variances_passes(factor):
    assert worse(lambda x, y: factor * y.var() * x.var()) > module._WORSE


def test_the_units_of_y_leave_the_best_penalty_as_it_is():
    assert len(module._UNITS_OF_Y) == len(module._tables())
    units = [(draw % 3, unit) for draw, unit in enumerate(module._UNITS_OF_Y)]
    assert len(set(units)) == 6  # each unit of x meets two units of y
    for seen, noisy, _, _ in module._tables()[:3]:
        chosen = [penalty_by(5, 0)(seen, unit * noisy) for unit in (1, 10)]
        assert chosen[0] == chosen[1]


def test_the_numbers_in_the_statement_of_penalty():
    statement = ex("penalty").statement
    x, y = module._diabetes()
    assert f"{x.shape[1]} columns" in statement
    assert f"{len(y) - module._SEEN} patients" in statement
    assert statement.count(f"{module._SEEN} examples") == 2
    assert f"{module._WORSE:.0%}".replace("%", " %") in statement
    low, middle, high = module._UNITS
    assert f"spread of {low:g}, {middle:g} or {high:g}" in " ".join(statement.split())
    for seen, _, _, _ in module._tables():
        assert seen.shape == (module._SEEN, x.shape[1])
    assert len({tuple(seen[0]) for seen, _, _, _ in module._tables()}) == 6


def test_an_answer_cannot_spoil_the_tables_of_the_next():
    def spoils(x, y):
        chosen = ex("penalty").answer(x, y)
        x[:], y[:] = 0, 0
        return chosen

    assert ex("penalty").check(spoils).status == "correct"
    assert ex("penalty").check(ex("penalty").answer).status == "correct"


# ------------------------------------------------------------- answers of learners


def mse_loops(x, y, weight, bias):
    dweight, dbias = [0.0] * len(weight), 0.0
    for row, target in zip(x, y, strict=True):
        error = sum(a * b for a, b in zip(row, weight, strict=True)) + bias - target
        dweight = [
            d + 2 * error * a / len(y) for d, a in zip(dweight, row, strict=True)
        ]
        dbias += 2 * error / len(y)
    return dweight, dbias


def in_single_precision(name):
    def answer(*args):
        parts = ex(name).answer(*args)
        return tuple(np.float32(part) for part in parts)

    return answer


def bias_in_an_array(name):
    def answer(*args):
        weight, bias = ex(name).answer(*args)
        return weight, np.array([bias])

    return answer


def nll_loops(y, mean, sigma):
    total = 0.0
    for a, m, s in zip(y, mean, np.broadcast_to(sigma, y.shape), strict=True):
        total += 0.5 * math.log(math.tau * s**2) + (a - m) ** 2 / (2 * s * s)
    return total / len(y)


def ridge_ones(x, y, penalty):
    ones = np.column_stack([np.ones(len(x)), x])
    matrix = penalty * np.eye(ones.shape[1])
    matrix[0, 0] = 0
    bias, *weight = np.linalg.solve(ones.T @ ones + matrix, ones.T @ y)
    return weight, bias


def ridge_rows(x, y, penalty):
    x0, d = x - x.mean(axis=0), x.shape[1]
    rows = np.vstack([x0, penalty**0.5 * np.eye(d)])
    targets = np.append(y - y.mean(), np.zeros(d))
    weight = np.linalg.lstsq(rows, targets, rcond=None)[0]
    return weight, y.mean() - x.mean(axis=0) @ weight


def ridge_scikit(x, y, penalty):
    from sklearn.linear_model import Ridge

    model = Ridge(alpha=penalty).fit(x, y)
    return model.coef_, model.intercept_


def lasso_loops(w, x, y, lr, penalty):
    new, t = [], lr * penalty
    for z in w - lr * x.T @ (x @ w - y) / len(y):
        new.append(0 if abs(z) <= t else z - t if z > 0 else z + t)
    return new


def lasso_clip(w, x, y, lr, penalty):
    z = w - lr * x.T @ (x @ w - y) / len(y)
    return z - np.clip(z, -lr * penalty, lr * penalty)


def batches_shuffle(n, batch_size, rng):
    order = np.arange(n)
    rng.shuffle(order)
    return [order[i : i + batch_size].tolist() for i in range(0, n, batch_size)]


def batches_yield(n, batch_size, rng):
    order = rng.permutation(n)
    for i in range(0, n, batch_size):
        yield order[i : i + batch_size]


def batches_split(n, batch_size, rng):
    return np.array_split(rng.permutation(n), range(batch_size, n, batch_size))


def batches_pop(n, batch_size, rng):
    left, batches = list(range(n)), []
    while left:
        size = min(batch_size, len(left))
        batches.append(tuple(left.pop(rng.integers(len(left))) for _ in range(size)))
    return tuple(batches)


def newton_reweighted(w, x, y):
    z = x @ w
    p = 1 / (1 + np.exp(-z))
    slope = p * (1 - p)
    right = x.T @ (slope * z + y - p)
    return np.linalg.solve(x.T @ np.diag(slope) @ x, right).tolist()


def entropy_index(p, truth):
    return -np.mean(np.log(p[np.arange(len(p)), truth.argmax(axis=1)]))


RIGHT = [
    ("three_conventions", (10.0, 5, 15)),
    ("one_step", np.array([1.2, 0.8])),
    ("safe_rate", (1 / 4, 1.4**2, 0.4**2)),
    ("mse_gradient", mse_loops),
    ("mse_gradient", in_single_precision("mse_gradient")),
    ("mse_gradient", bias_in_an_array("mse_gradient")),
    ("gaussian_nll", nll_loops),
    ("ridge", ridge_ones),
    ("ridge", ridge_rows),
    ("ridge", ridge_scikit),
    ("ridge", bias_in_an_array("ridge")),
    ("lasso_step", lasso_loops),
    ("lasso_step", lasso_clip),
    ("epoch", batches_shuffle),
    ("epoch", batches_yield),
    ("epoch", batches_split),
    ("epoch", batches_pop),
    ("newton_step", newton_reweighted),
    ("wrong_axis", entropy_index),
    ("wrong_axis", lambda p, truth: -np.nansum(truth * np.log(p)) / len(p)),
    ("wrong_axis", lambda p, t: -(t * np.log(p + 1e-12)).sum(axis=1).mean()),
    ("wrong_axis", lambda p, t: -(t * np.log(p + 1e-6)).sum(axis=1).mean()),
    ("wrong_axis", lambda p, t: -(t * np.log(np.clip(p, 1e-9, 1))).sum(1).mean()),
    ("bias_pays", in_single_precision("bias_pays")),
    ("bias_pays", bias_in_an_array("bias_pays")),
    ("penalty", ridge_cv),
    ("penalty", lambda x, y: np.array([penalty_by(5, 0)(x, y)])),
]


@pytest.mark.parametrize(("name", "answer"), RIGHT)
def test_right_answer_in_another_form_is_accepted(name, answer):
    assert ex(name).check(answer).status == "correct"


def test_tensors_are_taken():
    torch = pytest.importorskip("torch")

    def by_autograd(x, y, weight, bias):
        x, y = torch.tensor(x), torch.tensor(y)
        w = torch.tensor(weight, requires_grad=True)
        b = torch.tensor(bias, dtype=torch.float64, requires_grad=True)
        torch.nn.functional.mse_loss(x @ w + b, y).backward()
        return w.grad, b.grad

    def shrunk(w, x, y, lr, penalty):
        z = torch.tensor(w - lr * x.T @ (x @ w - y) / len(y))
        return torch.nn.functional.softshrink(z, lr * penalty)

    def batches(n, batch_size, rng):
        return list(torch.tensor(rng.permutation(n)).split(batch_size))

    assert ex("mse_gradient").check(by_autograd).status == "correct"
    assert ex("lasso_step").check(shrunk).status == "correct"
    assert ex("epoch").check(batches).status == "correct"


def centres_in_place(x, y, penalty):
    mean = x.mean(axis=0)
    x -= mean
    weight, _ = ex("ridge").answer(x, y, penalty)
    return weight, y.mean() - mean @ weight


def moves_w(w, x, y):
    w -= w - ex("newton_step").answer(w, x, y)
    return w


def transposed_hessian(w, x, y):
    p = 1 / (1 + np.exp(-x @ w))
    return w - np.linalg.solve(x @ x.T * (p * (1 - p)), x.T @ (p - y))


WRONG = [
    ("three_conventions", {"L1": 10, "L2": 5, "L3": 15}, "Give the numbers in order"),
    ("three_conventions", [10, 5], "2 came"),
    ("one_step", "1.2, 0.8", "Write numbers, without quotes"),
    ("safe_rate", 0.25, "a list of 3 was expected"),
    ("mse_gradient", lambda x, y, weight, bias: None, "Did you forget `return`"),
    ("mse_gradient", lambda x, y, weight, bias: {"w": 1}, "a tuple of 2 was expected"),
    ("gaussian_nll", lambda y, mean, sigma: (y - mean) / sigma, "a single number"),
    ("gaussian_nll", lambda mean, y, sigma: 0.0, "in the order `y, mean, sigma`"),
    ("ridge", centres_in_place, "changes its argument `x`"),
    ("ridge", lambda x, y, penalty: np.zeros(x.shape[1]), "a tuple of 2 was expected"),
    ("epoch", lambda n, batch_size, rng: None, "Did you forget `return`"),
    ("epoch", lambda n, batch_size, rng: 3, "got `'a number'`"),
    ("epoch", lambda n, batch_size, rng: {0: [1]}, "got `'a dict'`"),
    ("epoch", lambda n, batch_size, rng: [["a"]], "got `'a list of other things'`"),
    ("epoch", lambda n, b, rng: [rng.permutation(n)], "in entry 'sizes"),
    ("epoch", lambda n, b, rng: [x * 1.0 for x in batches_yield(n, b, rng)], "whole"),
    ("newton_step", moves_w, "changes its argument `w`"),
    ("newton_step", transposed_hessian, "The shapes do not fit"),
    ("wrong_axis", lambda p, truth: 0.0, "the value is not right"),
    ("penalty", lambda x, y: None, "and None came"),
    ("penalty", lambda x, y: [1, 2], "and a list of 2 came"),
    ("penalty", lambda x, y: True, "the truth value True"),
    ("penalty", lambda x, y: -1.0, "A penalty is 0 or more"),
    ("penalty", lambda x, y: np.nan, "and finite. Yours: nan"),
    ("penalty", lambda x, y: 100, "the same penalty each time. The tables"),
    ("penalty", lambda x, y: 0, "Most are close to no penalty"),
    ("penalty", lambda x, y: 60 * x.var(), "But for the units it is the same"),
    ("penalty", by_training_error, "fitted to? There the smallest"),
    ("penalty", penalty_by(5, 0, NARROW), "a much wider range"),
    ("penalty", of_the_mean, "multiplied by the number of examples"),
    ("penalty", of_standardised, "if you scale `x` before you choose"),
    ("penalty", by_one_part, "hold each part back in turn"),
    ("penalty", lambda x, y: y.var() * x.var(), "fit with some examples held back"),
    ("penalty", 3.0, "This asks for the function `choose_penalty` itself"),
]


@pytest.mark.parametrize(("name", "answer", "said"), WRONG)
def test_wrong_answer_is_refused_and_told_why(name, answer, said):
    verdict = ex(name).check(answer)
    assert verdict.status == "incorrect"
    assert said in verdict.message


def sums(answer):
    return lambda *args: len(args[0]) * answer(*args)


def dropped_last(n, batch_size, rng):
    full = n - n % batch_size
    return list(rng.permutation(n)[:full].reshape(-1, batch_size))


def each_permuted(n, batch_size, rng):
    starts = range(0, n, batch_size)
    return [rng.permutation(n)[i : i + batch_size] for i in starts]


def blocks_permuted(n, batch_size, rng):
    starts = rng.permutation(range(0, n, batch_size))
    return [np.arange(n)[i : i + batch_size] for i in starts]


def logged_density(y, mean, sigma):
    z = (y - mean) / sigma
    return -np.mean(np.log(np.exp(-z * z / 2) / np.sqrt(2 * np.pi * sigma**2)))


def subgradient(w, x, y, lr, penalty):
    return w - lr * (x.T @ (x @ w - y) / len(y) + penalty * np.sign(w))


def no_stop(w, x, y, lr, penalty):
    z = w - lr * x.T @ (x @ w - y) / len(y)
    return np.sign(z) * (np.abs(z) - lr * penalty)


def newton_sum_and_mean(w, x, y):
    p = 1 / (1 + np.exp(-x @ w))
    hessian = sum(q * (1 - q) * np.outer(a, a) for q, a in zip(p, x, strict=True))
    return w - np.linalg.solve(hessian, np.mean((p - y)[:, None] * x, axis=0))


def ridge_all_pay(x, y, penalty):
    ones = np.column_stack([np.ones(len(x)), x])
    matrix = ones.T @ ones + penalty * np.eye(ones.shape[1])
    bias, *weight = np.linalg.inv(matrix) @ ones.T @ y
    return weight, bias


def least_squares(x, y, penalty):
    ones = np.column_stack([x, np.ones(len(x))])
    *weight, bias = np.linalg.lstsq(ones, y, rcond=None)[0]
    return weight, bias


def summed_for_one_sigma(y, mean, sigma):
    first = len(y) * np.log(sigma * np.sqrt(2 * np.pi))
    return first + np.sum((y - mean) ** 2 / (2 * sigma**2))


def raised_density(floor):
    def answer(y, mean, sigma):
        z = (y - mean) / sigma
        return -np.log(floor(np.exp(-z * z / 2) / sigma / np.sqrt(2 * np.pi))).mean()

    return answer


def standardised_first(x, y, penalty):
    z = (x - x.mean(axis=0)) / x.std(axis=0)
    weight, bias = ex("ridge").answer(z, y, penalty)
    weight = weight / x.std(axis=0)
    return weight, bias - x.mean(axis=0) @ weight


def as_the_chapter_shrinks(w, x, y, lr, penalty):
    z = w - lr * 2 / len(y) * x.T @ (x @ w - y)
    return np.sign(z) * np.maximum(abs(z) - lr * penalty / 2, 0)


def coordinate_descent(w, x, y, lr, penalty):
    w = np.array(w)
    for j in range(len(w)):
        w[j] = ex("lasso_step").answer(w, x, y, lr, penalty)[j]
    return w


def split_at_zero(n, batch_size, rng):
    return np.split(rng.permutation(n), np.arange(0, n, batch_size))


def in_one_array(x, y, weight, bias):
    dweight, dbias = ex("mse_gradient").answer(x, y, weight, bias)
    return np.concatenate([dweight, [dbias]])


TWO_OVER_N = ("dweight = x.T", "dweight = 2 / len(y) * x.T")
BIAS_MEAN = ("dbias = error.sum()", "dbias = 2 * error.mean()")
ROUND_ALL = (
    "x.T @ error + 2 * penalty * weight",
    "2 / len(y) * (x.T @ error + 2 * penalty * weight)",
)
FREE = (" + 2 * penalty * bias", "")
SAFE = ("np.log(p)", "np.log(np.where(truth == 1, p, 1))")

NAMED = [
    ("three_conventions", [1.33, 0.67, 2], "not_squared"),
    ("three_conventions", [3.16, 2.24, 3.87], "roots"),
    ("one_step", [1.53, 0.8], "means_multiplied"),
    ("one_step", [1.2, 1.17], "b_afterwards"),
    ("safe_rate", [0.25, -1.4, 0.4], "one_step"),
    ("mse_gradient", spoilt("mse_gradient", ("2 / len(y)", "2")), "summed"),
    ("mse_gradient", spoilt("mse_gradient", ("2 / len(y) *", "")), "half_sum"),
    ("mse_gradient", spoilt("mse_gradient", ("x.T @", "x @")), "not_transposed"),
    ("mse_gradient", spoilt("mse_gradient", (" + bias - y", " - y")), "bias_forgotten"),
    ("gaussian_nll", logged_density, "density_first"),
    ("gaussian_nll", sums(logged_density), "density_first_summed"),
    ("gaussian_nll", sums(nll_loops), "summed"),
    ("ridge", ridge_all_pay, "bias_pays"),
    ("ridge", least_squares, "penalty_forgotten"),
    ("ridge", spoilt("ridge", (" * np.eye(x.shape[1])", "")), "in_every_entry"),
    ("ridge", lambda x, y, p: ridge_scikit(x, y, p * len(y)), "penalty_times_n"),
    ("lasso_step", subgradient, "subgradient"),
    ("lasso_step", no_stop, "crosses_zero"),
    ("lasso_step", spoilt("lasso_step", (" / len(y)", "")), "summed"),
    (
        "lasso_step",
        spoilt("lasso_step", ("- lr * pen", "- pen")),
        "threshold_without_rate",
    ),
    ("epoch", dropped_last, "last_dropped"),
    ("epoch", each_permuted, "batches_drawn_one_by_one"),
    ("epoch", blocks_permuted, "only_their_order"),
    ("epoch", lambda n, batch_size, rng: rng.permutation(n)[:batch_size], "one_array"),
    ("newton_step", newton_sum_and_mean, "hessian_summed"),
    ("newton_step", spoilt("newton_step", ("exp(-x", "exp(x")), "sigmoid_turned"),
    ("wrong_axis", mended("wrong_axis", ("axis=0", "axis=1")), "axis_mended_only"),
    ("wrong_axis", mended("wrong_axis", SAFE), "nan_mended_only"),
    (
        "wrong_axis",
        mended("wrong_axis", SAFE, ("sum(axis=0).", "")),
        "mean_of_all_entries",
    ),
    ("wrong_axis", mended("wrong_axis", SAFE, (".mean()", ".sum()")), "summed"),
    ("bias_pays", mended("bias_pays", TWO_OVER_N, BIAS_MEAN), "bias_still_pays"),
    ("bias_pays", mended("bias_pays", FREE), "factor_still_missing"),
    ("bias_pays", mended("bias_pays", TWO_OVER_N, FREE), "weights_only"),
    ("bias_pays", mended("bias_pays", TWO_OVER_N), "bias_as_before"),
    ("bias_pays", mended("bias_pays", FREE, BIAS_MEAN), "bias_only"),
    ("bias_pays", mended("bias_pays", ROUND_ALL, BIAS_MEAN, FREE), "bracket_round_all"),
    ("gaussian_nll", summed_for_one_sigma, "one_sigma_summed"),
    (
        "gaussian_nll",
        lambda y, mean, sigma: summed_for_one_sigma(y, mean, sigma) / len(y),
        "one_sigma",
    ),
    ("gaussian_nll", raised_density(lambda p: p + 1e-12), "propped_up"),
    ("gaussian_nll", raised_density(lambda p: np.maximum(p, 1e-300)), "held_up"),
    ("ridge", standardised_first, "standardised_and_back"),
    (
        "lasso_step",
        spoilt("lasso_step", ("lr * penalty", "lr * penalty / 2")),
        "threshold_halved",
    ),
    ("lasso_step", as_the_chapter_shrinks, "chapters_convention"),
    ("lasso_step", coordinate_descent, "one_by_one"),
    ("epoch", split_at_zero, "empty_first"),
    ("mse_gradient", in_one_array, "in_one_array"),
]


@pytest.mark.parametrize(("name", "answer", "misconception"), NAMED)
def test_mistake_is_named(name, answer, misconception):
    assert ex(name).check(answer).misconception == misconception


UNNAMED = [
    ("three_conventions", [30, 5, 15]),
    ("one_step", [1.6, 0.8]),
    ("safe_rate", [0.125, -1.4, 0.4]),
    ("mse_gradient", spoilt("mse_gradient", ("2 / len(y) * x.T", "x.T"))),
    ("gaussian_nll", lambda y, mean, sigma: nll_loops(y, mean, sigma) / 2),
    ("ridge", lambda x, y, penalty: ridge_scikit(x, y, penalty**0.5)),
    ("lasso_step", spoilt("lasso_step", ("lr * penalty", "lr * penalty / 3"))),
    ("epoch", lambda n, batch_size, rng: list(batches_yield(n, batch_size, rng))[:-1]),
    ("wrong_axis", lambda p, t: -(t * np.log(p + 1e-3)).sum(axis=1).mean()),
    ("bias_pays", mended("bias_pays", FREE, ("x.T", "len(y) * x.T"))),
]


@pytest.mark.parametrize(("name", "answer"), UNNAMED)
def test_a_misconception_does_not_swallow_its_neighbours(name, answer):
    verdict = ex(name).check(answer)
    assert verdict.status == "incorrect"
    assert verdict.misconception is None
