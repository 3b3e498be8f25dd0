"""The chapter's answers against finite differences; answers that learners could give."""

import re

import numpy as np
import pytest

from lessons_pkg.exercises import backpropagation as module
from tests.exercises.helpers import Chapter, defined, numbers

CHAPTER = Chapter("backpropagation")
ex, given, mended = CHAPTER.ex, CHAPTER.given, CHAPTER.mended

# ------------------------------------------ the answers are derivatives, in truth


def differences(f, x, eps=1e-6):
    """Central differences of a function of one array that gives one number."""
    x = np.array(x, dtype=float)
    slopes = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        moved = [x.copy(), x.copy()]
        moved[0][index] += eps
        moved[1][index] -= eps
        slopes[index] = (f(moved[0]) - f(moved[1])) / (2 * eps)
    return slopes


def close(got, want):
    return all(
        np.shape(a) == np.shape(b) and np.allclose(a, b, 1e-6, 1e-7)
        for a, b in zip(got, want, strict=True)
    )


def test_two_paths():
    def f(abc):
        a, b, c = abc
        return (a * b + c) ** 2 + 3 * (a * b)

    assert f([2, 4, -5]) == 33
    assert close([differences(f, [2, 4, -5])], [ex("two_paths").answer])


def test_every_shape_fits():
    x, dy = np.array([[1, 2], [3, 4]]), np.array([[1, -1], [2, 1]])
    slopes = differences(lambda w: np.sum(dy * (x @ w.T)), [[2, 0], [1, 3]])
    assert close([slopes], [ex("every_shape_fits").answer])


def softmax(z):
    e = np.exp(z)
    return e / e.sum(axis=-1, keepdims=True)


def test_softmax_back():
    z, dp = numbers(0, 3, 5), numbers(1, 3, 5)
    slopes = differences(lambda z: np.sum(dp * softmax(z)), z)
    dz = ex("softmax_back").answer(softmax(z), dp)
    assert close([dz], [slopes])
    np.testing.assert_allclose(dz.sum(axis=-1), 0, atol=1e-15)
    truth = np.eye(5)[[3, 0, 2]]  # cross-entropy: -1 / p at the right class
    shortcut = ex("softmax_back").answer(softmax(z), -truth / softmax(z))
    np.testing.assert_allclose(shortcut, softmax(z) - truth, atol=1e-14)


def last_output(weights, x):
    for w in weights:
        x = 1 / (1 + np.exp(-w * x))
    return x


def test_through_depth():
    weights, a, want = numbers(2, 5), 0.7, []
    for k in range(5):
        want.append(differences(lambda a, k=k: last_output(weights[k:], a), a))
        a = last_output(weights[k : k + 1], a)
    slopes_down = ex("through_depth").answer
    assert close([slopes_down(weights, 0.7)], [np.array(want)])
    assert f"{slopes_down(np.ones(8), 0.5)[0]:.7f}" == "0.0000069"
    assert "0.0000069" in ex("through_depth").explanation


def test_tape():
    """The tape in the statement is that of the first exercise."""
    tape = re.search(r"tape = \[.*?\n\]", ex("tape").statement, re.DOTALL)[0]
    gradients = ex("tape").answer(defined(tape, "tape"), "f")
    assert [gradients[name] for name in "abc"] == ex("two_paths").answer
    assert gradients["p"] == 9


def network(x, W1, b1, W2, b2, f):
    return f(x @ W1.T + b1) @ W2.T + b2


def relu(z):
    return np.maximum(0, z)


def by_differences(loss, parameters):
    """The slopes of loss(*parameters) by each of them in turn."""

    def moved(i, p):
        return loss(*parameters[:i], p, *parameters[i + 1 :])

    return [
        differences(lambda p, i=i: moved(i, p), p) for i, p in enumerate(parameters)
    ]


@pytest.mark.parametrize("n", [1, 4, 7])
def test_missing_factors(n):
    x, y = numbers(3, n, 2), numbers(4, n, 1)
    shapes = [(5, 2), (5,), (1, 5), (1,)]
    parameters = [numbers(seed, *shape) for seed, shape in enumerate(shapes)]

    def loss(*parameters):
        return np.mean((network(x, *parameters, relu) - y) ** 2)

    want = by_differences(loss, parameters)
    assert close(ex("missing_factors").answer(x, y, *parameters), want)
    assert not close(given("missing_factors")(x, y, *parameters), want)


@pytest.mark.parametrize(("n", "factor"), [(1, 0.5), (4, 2.0)])
def test_what_the_statement_says_of_missing_factors(n, factor):
    x, y = np.abs(numbers(5, n, 3)), numbers(6, n, 1)
    net = ex("missing_factors").cases[0].args[2:]  # all awake where x > 0
    pairs = zip(
        given("missing_factors")(x, y, *net),
        ex("missing_factors").answer(x, y, *net),
        strict=True,
    )
    assert all(np.allclose(wrong, factor * right) for wrong, right in pairs)


def half_loss(x, y, W1, b1, W2, b2):
    return 0.5 * np.sum((network(x, W1, b1, W2, b2, np.tanh) - y) ** 2)


def test_half_climbs():
    for case in ex("half_climbs").cases:
        x, y, *parameters, lr = case.args
        after = ex("half_climbs").answer(x, y, *parameters, lr)
        slopes = [(p - q) / lr for p, q in zip(parameters, after, strict=True)]
        want = by_differences(lambda *p, x=x, y=y: half_loss(x, y, *p), parameters)
        assert close(slopes, want)


def test_the_losses_in_the_statement_of_half_climbs():
    x, y, *start, lr = ex("half_climbs").cases[0].args
    for step, end in (
        (given("half_climbs"), r"1.71,\; 1.32,\; 1.19,\; 1.58,\; 2.32"),
        (ex("half_climbs").answer, r"1.71,\; 0.75,\; 0.35,\; 0.18,\; 0.09"),
    ):
        losses, parameters = [], start
        for _ in range(5):
            losses.append(half_loss(x, y, *parameters))
            parameters = step(x, y, *parameters, lr)
        assert [f"{loss:.2f}" for loss in losses] == re.findall(r"\d\.\d\d", end)
        assert end in ex("half_climbs").statement


def test_wrong_shape():
    dz, a, weight, bias = numbers(7, 3), numbers(8, 4), numbers(9, 3, 4), numbers(10, 3)
    want = by_differences(lambda w, b, a: dz @ (w @ a + b), [weight, bias, a])
    assert close(ex("wrong_shape").answer(dz, a, weight), want)
    right = [
        np.shape(got) == np.shape(slopes) and np.allclose(got, slopes)
        for got, slopes in zip(given("wrong_shape")(dz, a, weight), want, strict=True)
    ]
    assert right == [False, False, True]  # "one line is right"


def test_wrong_slope():
    y, z1, z2, W2 = (
        numbers(11, 4, 1),
        numbers(12, 4, 3),
        numbers(13, 4, 1),
        [[1, -2, 3]],
    )
    x, W2 = numbers(14, 4, 1), np.array(W2, dtype=float)
    dz1, dz2 = ex("wrong_slope").answer(x, y, z1, z2, W2)
    above = differences(lambda z2: 0.5 * np.sum((relu(z2) - y) ** 2), z2)
    below = differences(lambda z1: np.sum(dz2 * (relu(z1) @ W2.T)), z1)
    assert close([dz1, dz2], [below, above])
    assert not close(given("wrong_slope")(x, y, z1, z2, W2), [below, above])


def test_with_three_inputs_the_next_product_fails():
    with pytest.raises(ValueError, match="mismatch"):
        given("wrong_slope")(*ex("wrong_slope").cases[1].args)


def test_every_pair():
    x, y = numbers(15, 6), numbers(16, 6)
    want = by_differences(lambda w, b: np.mean((w * x + b - y) ** 2), [0.5, -1.0])
    assert close(ex("every_pair").answer(x[:, None], y, 0.5, -1.0), want)
    dw, db = given("every_pair")(x[:, None], y, 0.5, -1.0)
    assert np.isclose(db, want[1])  # "db comes out right all the same"
    assert not np.isclose(dw, want[0])


@pytest.mark.parametrize(("which", "line"), [(given, (0, 4)), (None, (2, 1))])
def test_where_the_descent_of_every_pair_ends(which, line):
    gradients = which("every_pair") if which else ex("every_pair").answer
    x, w, b = np.arange(4.0)[:, None], 0.0, 0.0
    for _ in range(500):
        dw, db = gradients(x, 2 * x[:, 0] + 1, w, b)
        w, b = w - 0.1 * dw, b - 0.1 * db
    np.testing.assert_allclose((w, b), line, atol=1e-9)


def test_the_shares_that_moon_net_speaks_of():
    start, end = [
        np.mean(
            [module._accuracy(net(), module._trained(net(), i), i) for i in range(5)]
        )
        for net in (given("moon_net"), ex("moon_net").answer)
    ]
    assert f"{start:.0%}" == "87%"
    assert f"{end:.0%}" == "97%"
    assert module._wrong_slope_of(ex("moon_net").answer()) is None


# ------------------------------------------------------------- answers of learners

FULL = (
    ("dpredicted = predicted - y", "dpredicted = 2 * (predicted - y) / y.size"),
    ("dz = dpredicted @ W2", "dz = np.where(h > 0, dpredicted @ W2, 0)"),
)
RIGHT_SLOPES = (
    ("(1 - predicted**2)", "np.heaviside(z2, 0)"),
    ("(1 - hidden**2)", "(z1 > 0).astype(float)"),
)


def with_jacobians(p, dp):
    return [(np.diag(a) - np.outer(a, a)) @ b for a, b in zip(p, dp, strict=True)]


def in_single_precision(p, dp):
    p, dp = p.astype(np.float32), dp.astype(np.float32)
    return p * dp - p * np.einsum("nc,nc->n", p, dp)[:, None]


def changes_dp(p, dp):
    dp -= (p * dp).sum(axis=-1, keepdims=True)
    return p * dp


def slopes_as_a_list(weights, x):
    local = []
    for w in weights:
        x = 1 / (1 + np.exp(-w * x))
        local.append(w * x * (1 - x))
    return [np.prod(local[k:]) for k in range(len(local))]


def whole_slopes(weights, x):
    return np.array(slopes_as_a_list(weights, x)).astype(int)


def reached_only(tape, output):
    gradient = {output: 1}
    for name, parts in tape[::-1]:
        for part, slope in parts if name in gradient else []:
            gradient[part] = gradient.get(part, 0) + gradient[name] * slope
    return gradient


def asks_the_users(tape, output):
    """Forward from each name instead: from those that use it."""
    users, known = {}, {output: 1.0}
    for name, parts in tape:
        for part, slope in parts:
            users.setdefault(part, []).append((name, slope))

    def of(name):
        if name not in known:
            known[name] = sum(slope * of(user) for user, slope in users.get(name, []))
        return known[name]

    return {name: of(name) for name in [*users, output]}


def turns_the_tape(tape, output):
    tape.reverse()
    return reached_only(tape[::-1], output)


def as_a_list(tape, output):
    return list(reached_only(tape, output).items())


def alphabetical(tape, output):
    return ex("tape").answer(sorted(tape), output)


def flat(x, y, w, b):
    error = w * x[:, 0] + b - y
    return 2 * x.T @ error / len(x), np.mean(2 * error, keepdims=True)


def moons(*changes):
    source = ex("moon_net").solution_code
    for before, after in changes:
        assert before in source, before
        source = source.replace(before, after)
    return defined(source, "MoonNet")


DZ2 = "self.forward(params, x) - y"
ALIKE = (("rng.normal(size=(16, 2))", "np.ones((16, 2))"), ("/ 4", "* 0"))
W1_START = "rng.normal(size=(16, 2))"

RIGHT = [
    ("two_paths", (36.0, 18, 6)),
    ("every_shape_fits", np.array([[7.0, 10], [2, 2]])),
    ("softmax_back", with_jacobians),
    ("softmax_back", in_single_precision),
    ("through_depth", slopes_as_a_list),
    ("tape", reached_only),
    ("tape", asks_the_users),
    ("missing_factors", mended("missing_factors", *FULL)),
    ("half_climbs", mended("half_climbs", ("1 - lr", "1 + lr"))),
    ("half_climbs", mended("half_climbs", ("delta1 = (", "delta1 = -("))),
    (
        "wrong_shape",
        lambda dz, a_prev, weight: (
            [[d * a for a in a_prev] for d in dz],
            dz.copy(),
            weight.T @ dz,
        ),
    ),
    ("wrong_slope", mended("wrong_slope", ("- x", "- y"), *RIGHT_SLOPES)),
    ("every_pair", flat),
    ("every_pair", mended("every_pair", ("- y", "- y.reshape(-1, 1)"))),
    ("moon_net", moons(("16", "8"))),
    ("moon_net", moons(("np.tanh(", "np.maximum(0, "), ("(1 - h**2)", "(h > 0)"))),
]


@pytest.mark.parametrize(("name", "answer"), RIGHT)
def test_right_answer_in_another_form_is_accepted(name, answer):
    assert ex(name).check(answer).status == "correct"


WRONG = [
    ("two_paths", {"a": 36, "b": 18, "c": 6}, "Give the numbers in order"),
    ("two_paths", [36, 18, 1], "the entry at index [2] is not right"),
    ("every_shape_fits", "dy.T @ x", "Write numbers, without quotes"),
    ("every_shape_fits", [7, 10, 2, 2], "only the shape is not"),
    ("softmax_back", changes_dp, "changes its argument `dp`"),
    ("softmax_back", lambda dp, p: p - p * dp, "in the order `p, dp`"),
    ("through_depth", whole_slopes, "decimals cut off"),
    ("tape", turns_the_tape, "changes its argument `tape`"),
    ("tape", as_a_list, "a dict was expected"),
    ("tape", alphabetical, "in entry 'a'"),
    ("moon_net", 0.97, "This asks for the class `MoonNet` itself"),
    ("moon_net", moons(("16", "17")), "has 69 numbers. At most 65"),
    ("moon_net", moons((DZ2, f"y - ({DZ2[:-4]})")), "have the wrong sign"),
    ("moon_net", moons((" * (1 - h**2)", "")), "first difference in 'W1'"),
    ("moon_net", moons((" / len(y)", "")), "200 times"),
    ("moon_net", moons(*ALIKE), "still a straight line"),
    ("moon_net", moons(("lr = 2.0", "lr = 0.5")), "the boundary bends"),
    ("moon_net", moons(("lr = 2.0", "lr = 'fast'")), "needs a learning rate"),
    ("moon_net", moons((W1_START, f"np.nan * {W1_START}")), "are not finite"),
    ("moon_net", moons(("dz1.T @ x", "x.T @ dz1")), "has the shape (2, 16)"),
    ("moon_net", moons(('"b2": dz2.sum(),', "")), "gives none for 'b2'"),
    ("moon_net", moons(('params["b2"])))', 'params["b2"])))[:, None]')), "(200, 1)"),
    ("moon_net", moons(("return 1 / (1 + ", "return 5 * (")), "range from 0 to 1"),
    (
        "moon_net",
        moons(("return {", "return {'list': [1, [2]], ")),
        "'list' is no array",
    ),
]


@pytest.mark.parametrize(("name", "answer", "said"), WRONG)
def test_wrong_answer_is_refused_and_told_why(name, answer, said):
    verdict = ex(name).check(answer)
    assert verdict.status == "incorrect"
    assert said in verdict.message


def own_term_twice(p, dp):
    dz = dp * p * (1 - p)
    for j in range(p.shape[1]):
        dz -= p * p[:, j : j + 1] * dp[:, j : j + 1]
    return dz


def jacobian_of_row(i):
    return lambda p, dp: dp @ (np.diag(p[i]) - np.outer(p[i], p[i]))


def overwrites(tape, output):
    gradient = {output: 1.0}
    for name, parts in reversed(tape):
        for part, slope in parts:
            gradient[part] = gradient.get(name, 0) * slope
    return gradient


def again_and_again(tape, output):
    gradient, queue = {output: 1.0}, [output]
    while queue:
        name = queue.pop(0)
        for part, slope in dict(tape).get(name, []):
            gradient[part] = gradient.get(part, 0.0) + gradient[name] * slope
            queue.append(part)
    return gradient


def divided(*names, above="2 / len(x)"):
    """The mended network with a further 1/N in some of the gradients."""
    sums = {
        "dW1": "dz.T @ x",
        "dW2": "dpredicted.T @ h",
        "db1": "dz.sum(axis=0)",
        "db2": "dpredicted.sum(axis=0)",
    }
    scaled = [(sums[n], sums[n] + " / len(x)") for n in names]
    start = ("dpredicted = predicted - y", f"dpredicted = {above} * (predicted - y)")
    return mended("missing_factors", start, FULL[1], *scaled)


NAMED = [
    ("two_paths", [6 * 4 + 3, 6 * 2 + 3, 6], "three_added_too_late"),
    ("every_shape_fits", [[4, 6], [-1, 3]], "weights_in_place_of_inputs"),
    ("softmax_back", lambda p, dp: p * (dp - np.sum(p * dp)), "over_everything"),
    ("softmax_back", own_term_twice, "own_counted_twice"),
    ("softmax_back", jacobian_of_row(0), "first_row_for_all"),
    ("tape", overwrites, "overwrites"),
    ("tape", again_and_again, "queued_again"),
    ("missing_factors", mended("missing_factors", FULL[0]), "slope_still_missing"),
    ("missing_factors", mended("missing_factors", FULL[1]), "factor_still_missing"),
    (
        "missing_factors",
        mended(
            "missing_factors",
            FULL[0],
            ("dpredicted @ W2", "np.maximum(0, dpredicted @ W2)"),
        ),
        "applied_relu_again",
    ),
    ("missing_factors", divided("dW1", "dW2", "db1", "db2"), "divided_twice"),
    ("missing_factors", divided("db1", "db2"), "biases_divided_twice"),
    ("missing_factors", divided("dW1", "dW2", above=2), "only_weights_divided"),
    ("missing_factors", divided("db1", "db2", above=2), "only_biases_divided"),
    (
        "half_climbs",
        mended("half_climbs", ("y - predicted", "predicted - y")),
        "other_half_climbs",
    ),
    (
        "half_climbs",
        mended("half_climbs", ("2 + lr", "2 - lr")),
        "all_climb",
    ),
    ("half_climbs", mended("half_climbs", ("W1 - lr", "W1 + lr")), "bias_still_climbs"),
    (
        "wrong_shape",
        mended("wrong_shape", ("dz * a_prev[:-1]", "np.outer(dz, a_prev)")),
        "bias_still_summed",
    ),
    (
        "wrong_shape",
        mended(
            "wrong_shape",
            ("dz * a_", "dz @ a_"),
            ("[:-1]", ""),
            ("np.sum(dz, axis=0)", "dz"),
        ),
        "inner_product",
    ),
    ("wrong_slope", mended("wrong_slope", ("- x", "- y")), "slopes_still_of_tanh"),
    ("wrong_slope", mended("wrong_slope", *RIGHT_SLOPES), "targets_still_missing"),
    (
        "wrong_slope",
        mended("wrong_slope", ("- x", "- y"), RIGHT_SLOPES[0]),
        "hidden_slope_of_tanh",
    ),
    ("every_pair", mended("every_pair", ("- y", "- y.T")), "still_every_pair"),
    ("every_pair", mended("every_pair", ("np.mean", "np.sum")), "pairs_summed"),
    (
        "every_pair",
        mended(
            "every_pair",
            ("np.mean(2 * error * x)", "np.sum(2 * error * x) / len(x)"),
            ("np.mean(2 * error)", "np.sum(2 * error) / len(error)"),
        ),
        "pairs_summed_over_n",
    ),
    (
        "every_pair",
        mended("every_pair", ("predicted - y", "predicted.ravel() - y")),
        "pairs_come_back",
    ),
]


@pytest.mark.parametrize(("name", "answer", "misconception"), NAMED)
def test_mistake_is_named(name, answer, misconception):
    assert ex(name).check(answer).misconception == misconception


UNNAMED = [
    ("two_paths", [27, 15, 9]),
    ("every_shape_fits", [[4, 6], [-1, 4]]),
    ("softmax_back", jacobian_of_row(-1)),
    ("softmax_back", lambda p, dp: dp * p * (1 - p) - p * dp),
    ("missing_factors", divided("dW1")),
    ("missing_factors", divided("dW1", "db1")),
    ("missing_factors", divided("db1", above=2)),
    (
        "every_pair",
        mended("every_pair", ("np.mean(2 * error * x)", "np.sum(2 * error * x)")),
    ),
]


@pytest.mark.parametrize(("name", "answer"), UNNAMED)
def test_a_misconception_does_not_swallow_its_neighbours(name, answer):
    verdict = ex(name).check(answer)
    assert verdict.status == "incorrect"
    assert verdict.misconception is None


def test_steps_taken_in_secret_do_not_count():
    """The budget of 200 steps holds, though `gradients` may change what it is given."""

    class Slow(ex("moon_net").answer):
        lr = 0.5

    class Secret(Slow):
        def gradients(self, params, x, y):
            slopes = super().gradients(params, x, y)
            for name in ("W1", "b1", "w2"):
                params[name] -= 10 * slopes[name]
            return slopes

    honest, secret = ex("moon_net").check(Slow), ex("moon_net").check(Secret)
    assert honest.status == "incorrect"
    assert secret.message == honest.message


def test_an_answer_cannot_spoil_the_data_of_the_next():
    class Spoils(ex("moon_net").answer):
        def forward(self, params, x):
            p = super().forward(params, x)
            x[:] = 0
            return p

    assert ex("moon_net").check(Spoils).status == "incorrect"
    assert ex("moon_net").check(ex("moon_net").answer).status == "correct"
