"""The chapter's answers against torch and by hand; answers that learners could give."""

import re

import numpy as np
import pytest
import torch

from lessons_pkg.exercises import training as module
from tests.exercises.helpers import Chapter, numbers

CHAPTER = Chapter("training")
ex, given, mended, spoilt = CHAPTER.ex, CHAPTER.given, CHAPTER.mended, CHAPTER.spoilt


def wrong(name, misconception):
    return ex(name).misconceptions[misconception].wrong


# ----------------------------------------------------------- the answers are right


def descended(step, w=10.0, lr=0.1):
    """The weights after three steps; step(b, g) gives (the new b, what is taken)."""
    b, weights = 0.0, []
    for _ in range(3):
        b, taken = step(b, 2 * w)
        w -= lr * taken
        weights.append(w)
    return weights


MOMENTUM = {
    "plain_descent": lambda b, g: (b, g),
    "gradient_weighted": lambda b, g: (0.8 * b + 0.2 * g,) * 2,
    "last_gradient_only": lambda b, g: (g, g + 0.8 * b),
    "gradient_of_the_start": lambda b, g: (0.8 * b + 20,) * 2,
    "two_lost": lambda b, g: (0.8 * b + g / 2,) * 2,
    "velocity_taken_away": lambda b, g: (g - 0.8 * b,) * 2,
    "never_forgets": lambda b, g: (b + g,) * 2,
    "learning_rate_twice": lambda b, g: (0.8 * b + 0.1 * g,) * 2,
    "looks_ahead": lambda b, g: (0.8 * b + g, g + 0.8 * (0.8 * b + g)),
    "climbs": lambda b, g: (0.8 * b + g, -0.8 * b - g),
}


@pytest.mark.parametrize("name", MOMENTUM)
def test_wrong_numbers_of_momentum_come_from_their_mistake(name):
    want = wrong("momentum_by_hand", name)
    assert np.allclose(descended(MOMENTUM[name]), want, 0, 1e-9)


def test_momentum_by_hand_is_that_of_torch():
    w, seen = torch.tensor([10.0], dtype=torch.float64, requires_grad=True), []
    optimizer = torch.optim.SGD([w], lr=0.1, momentum=0.8)
    for _ in range(4):
        optimizer.zero_grad()
        (w**2).sum().backward()
        optimizer.step()
        seen.append(w.item())
    assert np.allclose(seen[:3], ex("momentum_by_hand").answer, 0, 1e-12)
    assert f"{seen[3]:.3f}" in ex("momentum_by_hand").explanation


G = np.array([0.002, -50.0])
FIRST_STEPS = {
    "plain_descent": G,
    "no_second_moment": 0.1 * G,
    "not_corrected": 0.1 * G / np.sqrt(0.001 * G**2),
    "only_m_corrected": G / np.sqrt(0.001 * G**2),
    "only_v_corrected": 0.1 * G / np.abs(G),
    "multiplied_by_the_correction": 0.01 * G / np.sqrt(1e-6 * G**2),
    "root_forgotten": 1 / G,
    "climbs": -np.sign(G),
    "sign_lost": np.ones(2),
    "no_learning_rate": 100 * np.sign(G),
}


@pytest.mark.parametrize("name", FIRST_STEPS)
def test_wrong_numbers_of_the_first_adam_step_come_from_their_mistake(name):
    want = wrong("first_adam_step", name)
    assert np.allclose(1 - 0.01 * FIRST_STEPS[name], want, 0, 1e-6)


def by_torch(optimizer, w, gradients, **options):
    """The weights after a step with each of the gradients."""
    w = torch.tensor(w, dtype=torch.float64, requires_grad=True)
    optimizer, seen = optimizer([w], **options), []
    for g in gradients:
        w.grad = torch.tensor(g, dtype=torch.float64)
        optimizer.step()
        seen.append(w.detach().numpy().copy())
    return seen


def test_first_adam_step_is_that_of_torch():
    (after,) = by_torch(torch.optim.Adam, [1.0, 1.0], [G], lr=0.01)
    assert np.allclose(after, ex("first_adam_step").answer, 0, 1e-6)


def stepped(step, w, gradients, **options):
    m, v, seen = np.zeros_like(w), np.zeros_like(w), []
    for t, g in enumerate(gradients, 1):
        w, m, v = step(w, g, m, v, t, **options)
        seen.append(w)
    return seen


def test_adam_follows_torch():
    w, gradients = numbers(0, 5), numbers(1, 30, 5)
    want = by_torch(torch.optim.Adam, w, gradients, lr=0.01)
    np.testing.assert_allclose(
        stepped(ex("adam_without_squares").answer, w, gradients), want, rtol=1e-12
    )


def test_adamw_follows_torch_and_l2_follows_adam():
    w, gradients = numbers(2, 5), numbers(3, 30, 5)
    options = {"lr": 0.05, "weight_decay": 0.3}
    l2 = wrong("decayed_twice", "only_in_the_gradient")
    for answer, of_torch in (
        (ex("decayed_twice").answer, torch.optim.AdamW),
        (l2, torch.optim.Adam),
    ):
        want = by_torch(of_torch, w, gradients, **options)
        np.testing.assert_allclose(stepped(answer, w, gradients, **options), want)


def test_what_the_statement_says_of_adam_without_squares():
    w, m, v = np.ones(2), np.zeros(2), np.zeros(2)
    after, _, _ = given("adam_without_squares")(w, np.array([100.0, 0.01]), m, v, 1)
    assert np.isclose((w - after)[0] / (w - after)[1], 1e4)
    uncorrected = wrong("adam_without_squares", "not_corrected")
    steps = -np.diff([0.0, *stepped(uncorrected, np.float64(0), [3.0] * 10)]) / 0.01
    assert [f"{s:.1f}" for s in steps[[0, 9]]] == ["3.2", "6.5"]


def test_what_the_statement_says_of_decayed_twice():
    def left(step, g):
        return stepped(step, np.ones(2), [g] * 100, lr=0.001, weight_decay=0.1)[-1]

    nothing, slopes = np.zeros(2), np.array([1e-3, 1e3])
    assert np.allclose(left(ex("decayed_twice").answer, nothing), 0.99, 0, 1e-4)
    assert (left(given("decayed_twice"), nothing) < 0.01).all()
    shrunk = wrong("decayed_twice", "still_in_the_gradient")
    alike = left(ex("decayed_twice").answer, slopes)
    assert np.isclose(*alike)
    turned = np.mean([left(shrunk, slopes * sign) for sign in (1, -1)], axis=0)
    assert turned[0] < turned[1] - 0.01  # the small gradient: held back more


def test_he_weights_keep_the_signal():
    rng, x = np.random.default_rng(0), numbers(4, 200, 300)
    size = [np.sqrt(np.mean(x**2))]
    for _ in range(10):
        weight = ex("he_weights").answer(rng.standard_normal((300, 300)))
        x = np.maximum(0, x @ weight.T)
        size.append(np.sqrt(np.mean(x**2)))
    assert 0.7 < size[-1] / size[0] < 1.4


@pytest.mark.parametrize("shape", [(40, 60), (50, 6, 5, 3), (30, 20, 3)])
def test_he_weights_have_the_spread_of_torch(shape):
    torch.manual_seed(0)
    want = torch.nn.init.kaiming_normal_(torch.empty(shape), nonlinearity="relu").std()
    got = ex("he_weights").answer(numbers(5, *shape)).std()
    assert np.isclose(got, want.item(), rtol=0.1)


def test_clip_together_is_that_of_torch():
    for max_norm in (0.5, 100.0):
        gradients = [numbers(6, 3, 2), numbers(7, 3), numbers(8, 1, 3)]
        parameters = [torch.zeros(g.shape, dtype=torch.float64) for g in gradients]
        for p, g in zip(parameters, gradients, strict=True):
            p.grad = torch.tensor(g)
        torch.nn.utils.clip_grad_norm_(parameters, max_norm)
        got = ex("clip_together").answer(gradients, max_norm)
        for p, g in zip(parameters, got, strict=True):
            np.testing.assert_allclose(g, p.grad.numpy(), rtol=1e-5)


def test_batch_norm_is_that_of_torch():
    ours, theirs = ex("batch_norm").answer(3), torch.nn.BatchNorm1d(3).double()
    with torch.no_grad():
        for name in ("weight", "bias"):
            setattr(ours, name, value := numbers(9, 3))
            getattr(theirs, name).copy_(torch.tensor(value))
    for i, training in enumerate([True, True, False]):
        x = numbers(10 + i, 7, 3)
        want = theirs.train(training)(torch.tensor(x)).detach().numpy()
        np.testing.assert_allclose(ours.forward(x, training), want, atol=1e-12)
    for name in ("running_mean", "running_var"):
        np.testing.assert_allclose(getattr(ours, name), getattr(theirs, name).numpy())


def test_the_table_of_dropout():
    rows = re.findall(
        r"\| (\w+) \| (0\.\d) \| about (0\.\d)", ex("dropout_always_on").statement
    )
    assert len(rows) == 3
    draws = np.random.default_rng(0).random(100_000)
    for when, p, mean in rows:
        use = np.ones(100_000), float(p), when == "training", draws
        assert np.isclose(given("dropout_always_on")(*use).mean(), float(mean), 0, 0.01)
        assert np.isclose(ex("dropout_always_on").answer(*use).mean(), 1, 0, 0.01)


# --------------------------------------------- the runs of sick_curves were really run

EPOCHS = (1, 5, 20, 100)
SETTINGS = {
    "B": {"lr": 3.0},
    "D": {"n": 200, "lr": 0.5, "hidden": 64, "noise": 0.4},
    "A": {"lr": 1e-3},
    "G": {"n": 1000, "p": 0.5, "noise": 0.0, "lr": 0.05},
    "E": {"shuffled": True, "hidden": 64},
    "C": {"zeros": True},
}


def pictures(noise, rng):
    from sklearn.datasets import load_digits

    x, y = load_digits(return_X_y=True)
    order = rng.permutation(len(x))
    return (x / 16 + noise * rng.normal(size=x.shape))[order], y[order]


def log_probabilities(params, x, mask):
    W1, b1, W2, b2 = params
    h = np.tanh(x @ W1.T + b1)
    z = h * mask @ W2.T + b2
    z = z - z.max(axis=1, keepdims=True)
    return h, z - np.log(np.exp(z).sum(axis=1, keepdims=True))


def descend(params, x, y, mask, lr):
    """One step; the loss before it."""
    _, _, W2, _ = params
    h, log_p = log_probabilities(params, x, mask)
    truth = np.eye(10)[y]
    dz = (np.exp(log_p) - truth) / len(x)
    dh = dz @ W2 * mask * (1 - h**2)
    slopes = dh.T @ x, dh.sum(axis=0), dz.T @ (h * mask), dz.sum(axis=0)
    for p, slope in zip(params, slopes, strict=True):
        p -= lr * slope
    return -np.mean(np.sum(truth * log_p, axis=1))


def sick_run(
    lr=0.1, zeros=False, shuffled=False, n=300, hidden=32, p=0.0, noise=0.3, asleep=True
):
    """Training loss, validation loss and accuracy: a row each, a column an epoch."""
    rng, rows = np.random.default_rng(0), []
    x, y = pictures(noise, rng)
    labels = rng.permutation(y[:n]) if shuffled else y[:n]
    scale = 0.0 if zeros else 1.0
    W1 = rng.normal(size=(hidden, 64)) / 8 * scale
    W2 = rng.normal(size=(10, hidden)) / np.sqrt(hidden) * scale
    params = [W1, np.zeros(hidden), W2, np.zeros(10)]
    for epoch in range(1, EPOCHS[-1] + 1):
        losses = []
        for batch in rng.permutation(n).reshape(-1, 20):
            mask = (rng.random((20, hidden)) >= p) / (1 - p)
            losses.append(descend(params, x[batch], labels[batch], mask, lr))
        if epoch in EPOCHS:
            x_new, y_new = x[1000:1500], y[1000:1500]
            mask = 1 if asleep else (rng.random((500, hidden)) >= p) / (1 - p)
            _, log_p = log_probabilities(params, x_new, mask)
            loss = -np.mean(log_p[np.arange(500), y_new])
            rows.append((np.mean(losses), loss, np.mean(log_p.argmax(1) == y_new)))
    return np.array(rows).T


def printed(run):
    """The three rows of a run in the statement's table."""
    rows = re.findall(rf"\| {run} \| [a-z ]+ \|(.*)\|\n", ex("sick_curves").statement)
    return np.array([[float(x) for x in row.split("|")] for row in rows])


@pytest.mark.parametrize(("run", "cause"), [*enumerate(SETTINGS, 1)])
def test_the_table_of_sick_curves(run, cause):
    assert ex("sick_curves").answer[run - 1] == cause
    rows, table = sick_run(**SETTINGS[cause]), printed(run)
    assert table.shape == rows.shape == (3, 4)
    if cause != "B":  # its later epochs hang on the last bits of the arithmetic
        np.testing.assert_allclose(table, rows, atol=0.03)
    for train, valid, _ in (rows, table):
        assert not (cause == "B" and min(*train, *valid) < 3)


def test_the_causes_that_are_left_over_look_otherwise():
    awake = sick_run(**SETTINGS["G"], asleep=False)
    assert (awake[1, 2:] > awake[0, 2:]).all()
    assert (printed(4)[1] < printed(4)[0]).all()
    narrow = sick_run(n=1000, hidden=2)
    assert np.ptp(narrow[:2, -2:]) < 0.25
    assert 1 < narrow[0, -1] < 2


# ------------------------------------------------------------- answers of learners


def he_by_loops(z):
    fan_in = 1
    for n in z.shape[1:]:
        fan_in *= n
    return [(np.asarray(row) / (fan_in / 2) ** 0.5).tolist() for row in z]


def he_in_torch(z):
    z = torch.as_tensor(z)
    return z * (2 / z[0].numel()) ** 0.5


def clip_flat(gradients, max_norm):
    flat = np.concatenate([g.ravel() for g in gradients])
    scale = max_norm / max(np.linalg.norm(flat), max_norm)
    return tuple(g * scale for g in gradients)


def clip_as_torch(gradients, max_norm):
    factor = max_norm / (np.sqrt(sum((g**2).sum() for g in gradients)) + 1e-6)
    return [g * min(1, factor) for g in gradients]


def clip_in_torch(gradients, max_norm):
    parameters = [torch.zeros(g.shape, dtype=torch.float64) for g in gradients]
    for p, g in zip(parameters, gradients, strict=True):
        p.grad = torch.tensor(g)
    torch.nn.utils.clip_grad_norm_(parameters, max_norm)
    return [p.grad for p in parameters]


def clip_in_place(gradients, max_norm):
    norm = np.sqrt(sum(np.sum(g**2) for g in gradients))
    for g in gradients:
        g *= min(1, max_norm / norm) if norm else 1
    return gradients


class NormByHand(ex("batch_norm").answer):
    def forward(self, x, training):
        n, out = len(x), np.empty_like(x)
        for j in range(x.shape[1]):
            mean, var = self.running_mean[j], self.running_var[j]
            if training:
                mean = sum(x[:, j]) / n
                var = sum((x[:, j] - mean) ** 2) / n
                self.running_mean[j] += self.momentum * (mean - self.running_mean[j])
                more = var * n / (n - 1) - self.running_var[j]
                self.running_var[j] += self.momentum * more
            out[:, j] = self.weight[j] * (x[:, j] - mean) * (var + self.eps) ** -0.5
        return out + self.bias


class NormInTorch(ex("batch_norm").answer):
    def forward(self, x, training):
        mean, var = map(torch.tensor, (self.running_mean, self.running_var))
        out = torch.nn.functional.batch_norm(
            torch.tensor(x), mean, var, torch.tensor(self.weight),
            torch.tensor(self.bias), training, self.momentum, self.eps,
        )  # fmt: skip
        self.running_mean, self.running_var = mean, var
        return out


ADAM = "adam_without_squares"
SQUARED = ("(1 - beta2) * g", "(1 - beta2) * g**2")
CORRECTED = (
    "w - lr * (m + v)",
    "w - lr * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps)",
)
AS_IN_THE_PAPER = (  # Kingma and Ba, end of section 2
    "w - lr * (m + v)",
    "w - lr * np.sqrt(1 - beta2**t) / (1 - beta1**t) * m / (np.sqrt(v) + eps)",
)
AS_IN_TORCH = (
    "w - lr * (m + v)",
    "w - lr / (1 - beta1**t) * m / (np.sqrt(v) / (1 - beta2**t) ** 0.5 + eps)",
)

DROPOUT = "dropout_always_on"
KEPT, SCALED = ("draws < p", "draws >= p"), ("x * kept", "x * kept / (1 - p)")
SLEEPS = ("    kept =", "    if not training:\n        return x\n    kept =")

DECAY = "decayed_twice"
OUT = ("    g = g + weight_decay * w\n", "")
WITH_LR = ("(1 - weight_decay)", "(1 - lr * weight_decay)")


def dropout_by_where(x, p, training, draws):
    return np.where(draws < p, 0, x / (1 - p)) if training else x.copy()


def decayed_in_one(w, g, m, v, t, lr, weight_decay):
    m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
    root = np.sqrt(v / (1 - 0.999**t)) + 1e-8
    return [w - lr * (m / (1 - 0.9**t) / root + weight_decay * w), m, v]


def runs(*changes):
    return spoilt("sick_run", *changes)


ADAM_STEP = ex("sick_run").solution_code.split("    def step")[1]
HE = "np.sqrt(2 / sizes[i])"
PLAIN = (ADAM_STEP, "(self, w, g, memory, t):\n        return w - self.lr * g\n")
MOMENTUM_STEP = (
    ADAM_STEP,
    "(self, w, g, memory, t):\n"
    "        memory['b'] = 0.9 * memory.get('b', 0) + g\n"
    "        w -= self.lr * memory['b']\n"
    "        return w\n",
)
SLOW = ("lr = 0.005", "lr = 0.01")

RIGHT = [
    ("momentum_by_hand", (8.0, 4.8, 1.28)),
    ("momentum_by_hand", descended(lambda b, g: (0.8 * b + g,) * 2)),
    ("first_adam_step", np.array([0.99, 1.01])),
    ("first_adam_step", [0.9900, 1 + 0.01 * 50 / (50 + 1e-8)]),
    ("he_weights", he_by_loops),
    ("he_weights", he_in_torch),
    ("he_weights", lambda z: z * np.sqrt(2.0 / np.prod(z.shape[1:]))),
    ("he_weights", lambda z: (z * np.sqrt(2 / z[0].size)).astype(np.float32)),
    ("clip_together", clip_flat),
    ("clip_together", clip_as_torch),
    ("clip_together", clip_in_torch),
    ("batch_norm", NormByHand),
    ("batch_norm", NormInTorch),
    (ADAM, mended(ADAM, SQUARED, CORRECTED)),
    (ADAM, mended(ADAM, SQUARED, AS_IN_THE_PAPER)),
    (ADAM, mended(ADAM, SQUARED, AS_IN_TORCH)),
    (DROPOUT, mended(DROPOUT, KEPT, SCALED, SLEEPS)),
    (DROPOUT, dropout_by_where),
    (
        DROPOUT,
        lambda x, p, training, draws: x * (draws >= p) / (1 - p) if training else x,
    ),
    (DECAY, mended(DECAY, OUT, WITH_LR)),
    (DECAY, decayed_in_one),
    ("sick_curves", "bdagec"),
    ("sick_curves", "B, D, A, G, E, C"),
    ("sick_curves", ("b ", "d", "a", "g", "e", "c")),
    ("sick_curves", np.array([*"BDAGEC"])),
    ("sick_run", runs(SLOW, MOMENTUM_STEP)),
    ("sick_run", runs((HE, "np.sqrt(1 / sizes[i])"), ("(x - 8) / 6", "x"))),
    ("sick_run", runs(("(x - 8) / 6", "x / 16"))),
    ("sick_run", runs(("(x - 8) / 6", "(x - x.mean()) / x.std()"))),
]


@pytest.mark.parametrize(("name", "answer"), RIGHT)
def test_right_answer_in_another_form_is_accepted(name, answer):
    verdict = ex(name).check(answer)
    assert verdict.status == "correct", verdict.message


WRONG = [
    ("momentum_by_hand", [8, 4.8, 1.3], "[2] is not right"),
    ("momentum_by_hand", {1: 8, 2: 4.8, 3: 1.28}, "Give the numbers in order"),
    ("first_adam_step", [0.99, 1.02], "[1] is not right"),
    ("he_weights", lambda z: z * np.sqrt(2 / z[0]), "inf"),
    ("clip_together", clip_in_place, "changes its argument `gradients`"),
    ("clip_together", lambda max_norm, gradients: gradients, "in the order"),
    ("clip_together", lambda gradients, max_norm: clip_flat(gradients, 1), "2 of 5"),
    ("batch_norm", spoilt("batch_norm", ("axis=0", "axis=1")), "shapes"),
    (
        "batch_norm",
        spoilt("batch_norm", ("return self.weight * x_hat + self.bias", "return None")),
        "None came",
    ),
    (ADAM, lambda *_, **__: None, "gives back None"),
    (ADAM, mended(ADAM, SQUARED, ("return w, m, v", "return w")), "came"),
    (DROPOUT, mended(DROPOUT, KEPT, ("x * kept", "x[kept]")), "shape"),
    (DECAY, mended(DECAY, OUT, ("(1 - weight_decay)", "lr")), "2 of"),
    ("sick_curves", ["B", "D", "?", "?", "?", "?"], "in value 3, the value is not"),
    ("sick_curves", ["B", "D", ..., ..., ..., ...], "you have `'?'`"),
    ("sick_curves", "BDA", "6 values were expected, and 3 came"),
    ("sick_curves", [2, 4, 1, 7, 5, 3], "in value 1, the value is not right"),
    ("sick_curves", {"1": "B"}, "a list of 6 was expected"),
    ("sick_run", 0.9, "This asks for the class `Run` itself"),
    ("sick_run", mended("sick_run", ("lr = 0.5", "lr = 0.01")), "layer 1 begin at 0"),
    (
        "sick_run",
        mended(
            "sick_run",
            ("np.zeros(", "np.full("),
            ("sizes[i - 1]))", "sizes[i - 1]), 0.1)"),
        ),
        "begin with the same weights",
    ),
    (
        "sick_run",
        runs(PLAIN, ("(x - 8) / 6", "x"), ("lr = 0.005", "lr = 0.5")),
        "no longer finite",
    ),
    ("sick_run", runs(PLAIN, (HE, "1.0")), "signal grows"),
    ("sick_run", runs((HE, "0.01"), PLAIN), "signal fades"),
    ("sick_run", runs((HE, "1.0")), "signal grows"),
    ("sick_run", runs(PLAIN), "does not fall"),
    ("sick_run", runs(PLAIN, ("lr = 0.005", "lr = 0.03")), "not fast enough"),
    ("sick_run", runs(("lr = 0.005", "lr = 1e-6")), "does not fall"),
    ("sick_run", runs(("lr = 0.005", "lr = 1.0")), "jumps up to"),
    ("sick_run", runs(("w - self.lr", "w + self.lr")), "jumps up to"),
    ("sick_run", runs(("(x - 8) / 6", "x.mean(axis=1)")), "`prepare` should give"),
    ("sick_run", runs(("(x - 8) / 6", "(x - 8) / x.std(axis=0)")), "spread divided by"),
    (
        "sick_run",
        runs(("(sizes[i + 1], sizes[i])", "(sizes[i], sizes[i + 1])")),
        "(32, 64)",
    ),
    ("sick_run", runs(("len(sizes) - 1", "3")), "a list of 3 came"),
    ("sick_run", runs(("return w - self.lr", "w = w - self.lr")), "None came"),
    ("sick_run", runs((HE, "np.nan")), "not finite"),
]


@pytest.mark.parametrize(("name", "answer", "said"), WRONG)
def test_wrong_answer_is_refused_and_told_why(name, answer, said):
    verdict = ex(name).check(answer)
    assert verdict.status == "incorrect"
    assert said in verdict.message


NAMED = [
    ("momentum_by_hand", [8, 6.4, 5.12], "plain_descent"),
    ("first_adam_step", [0.9684, 1.0316], "not_corrected"),
    ("he_weights", lambda z: z * np.sqrt(2 / len(z)), "first_axis_only"),
    ("he_weights", lambda z: z * np.sqrt(2 / z.shape[1]), "kernel_forgotten"),
    ("he_weights", lambda z: z * 2 / z[0].size, "variance_for_std"),
    (
        "clip_together",
        lambda gs, c: [g * min(1, c / (np.linalg.norm(g) + 1e-12)) for g in gs],
        "each_by_itself",
    ),
    (
        "clip_together",
        spoilt("clip_together", ("min(1.0, max_norm / norm)", "max_norm / norm")),
        "always_scaled",
    ),
    (
        "clip_together",
        spoilt(
            "clip_together",
            (
                "np.sqrt(sum(np.sum(g**2) for g in gradients))",
                "sum(np.sum(g**2) for g in gradients)",
            ),
        ),
        "root_forgotten",
    ),
    (
        "clip_together",
        lambda gs, c: [g * c / np.sqrt(sum((g**2).sum() for g in gs)) for g in gs],
        "always_scaled_and_nan",
    ),
    ("batch_norm", spoilt("batch_norm", (", ddof=1", "")), "biased_kept"),
    (
        "batch_norm",
        spoilt("batch_norm", ("x.var(axis=0)\n", "x.var(axis=0, ddof=1)\n")),
        "unbiased_inside",
    ),
    (
        "batch_norm",
        spoilt("batch_norm", ("if training", "if True")),
        "evaluates_as_in_training",
    ),
    (
        "batch_norm",
        spoilt("batch_norm", ("np.sqrt(var + self.eps)", "(np.sqrt(var) + self.eps)")),
        "eps_outside",
    ),
    (ADAM, mended(ADAM, SQUARED), "squared_but_added"),
    (
        ADAM,
        mended(ADAM, SQUARED, ("(m + v)", "m / (np.sqrt(v) + eps)")),
        "not_corrected",
    ),
    (ADAM, mended(ADAM, CORRECTED), "not_squared"),
    (
        ADAM,
        mended(ADAM, SQUARED, CORRECTED, ("**t", "")),
        "corrected_as_in_the_first_step",
    ),
    (ADAM, mended(ADAM, SQUARED, CORRECTED, (" + eps)", ")")), "eps_forgotten"),
    (
        ADAM,
        spoilt(
            "adam_without_squares", ("(np.sqrt(v_hat) + eps)", "np.sqrt(v_hat + eps)")
        ),
        "eps_under_the_root",
    ),
    ("clip_together", clip_in_place, "in_place"),
    ("first_adam_step", [1.0, 1.01], "one_size_for_both"),
    (
        "batch_norm",
        spoilt(
            "batch_norm",
            ("* old + self.momentum * new", "* old * 0 + self.momentum * old + new"),
        ),
        "momentum_of_an_optimiser",
    ),
    (
        "batch_norm",
        spoilt(
            "batch_norm",
            (
                "        x_hat =",
                "        if training:\n"
                "            mean, var = x.mean(1)[:, None], x.var(1)[:, None]\n"
                "        x_hat =",
            ),
        ),
        "rows_in_training",
    ),
    (
        "clip_together",
        spoilt("clip_together", ("np.sum(g**2)", "np.sum(g) ** 2")),
        "squared_sums",
    ),
    (DROPOUT, mended(DROPOUT, KEPT), "only_the_mask_mended"),
    (DROPOUT, mended(DROPOUT, SCALED), "only_the_scale_mended"),
    (DROPOUT, mended(DROPOUT, SLEEPS), "only_evaluation_mended"),
    (DROPOUT, mended(DROPOUT, KEPT, SCALED), "always_on"),
    (DROPOUT, mended(DROPOUT, KEPT, SLEEPS), "not_scaled"),
    (DROPOUT, mended(DROPOUT, SCALED, SLEEPS), "others_kept"),
    (
        DROPOUT,
        mended(DROPOUT, KEPT, SLEEPS, ("x * kept", "x * kept / p")),
        "divided_by_p",
    ),
    (
        DROPOUT,
        mended(DROPOUT, SLEEPS, ("x * kept", "x * kept / p")),
        "scaled_by_p_as_given",
    ),
    (DECAY, mended(DECAY, WITH_LR), "still_in_the_gradient"),
    (DECAY, mended(DECAY, OUT), "without_lr"),
    (
        DECAY,
        mended(DECAY, ("    w = (1 - weight_decay) * w\n", "")),
        "only_in_the_gradient",
    ),
    (
        DECAY,
        mended(DECAY, OUT, ("    w = (1 - weight_decay) * w\n", "")),
        "no_decay",
    ),
    ("sick_curves", "DBAGEC", "run_1_taken_for_d"),
    ("sick_curves", [*"BEAGDC"], "run_2_taken_for_e"),
    ("sick_curves", [*"bdfgec"], "run_3_taken_for_f"),
    ("sick_curves", ["B", "D", "A", "F", "E", "?"], "run_4_taken_for_f"),
    ("sick_curves", [*"BDAGEA"], "run_6_taken_for_a"),
]


@pytest.mark.parametrize(("name", "answer", "misconception"), NAMED)
def test_mistake_is_named(name, answer, misconception):
    assert ex(name).check(answer).misconception == misconception


UNNAMED = [
    ("momentum_by_hand", [8, 4.4, -0.4]),
    ("first_adam_step", [0.98, 1.02]),
    ("he_weights", lambda z: z * np.sqrt(3 / z[0].size)),
    ("clip_together", lambda gs, c: [0.5 * g for g in clip_flat(gs, c)]),
    (ADAM, mended(ADAM, SQUARED, ("(m + v)", "m * v"))),
    (DROPOUT, mended(DROPOUT, KEPT, SLEEPS, ("x * kept", "x * kept / (1 + p)"))),
    (DECAY, mended(DECAY, OUT, ("(1 - weight_decay)", "(1 - lr - lr * weight_decay)"))),
]


@pytest.mark.parametrize(
    "answer",
    [[1] * 6, [...] * 6, [None] * 6, {"1": "B"}, "AAAAAA", [["Q"]] * 6, 7, "?"],
)
def test_no_verdict_gives_a_cause_away(answer):
    message = ex("sick_curves").check(answer).message
    assert not re.search("the text|'[BDG]'", message), message


@pytest.mark.parametrize(("name", "answer"), UNNAMED)
def test_a_misconception_does_not_swallow_its_neighbours(name, answer):
    verdict = ex(name).check(answer)
    assert verdict.status == "incorrect"
    assert verdict.misconception is None


def test_the_gradients_of_the_sick_run_are_those_of_torch():
    params = module._begun(ex("sick_run").answer(), 0)
    x, y = numbers(11, 9, 64), np.arange(9)
    tensors = [[torch.tensor(p, requires_grad=True) for p in pair] for pair in params]
    h = torch.tensor(x)
    for i, (weight, bias) in enumerate(tensors):
        h = h @ weight.T + bias
        h = h.relu() if i < len(tensors) - 1 else h
    want = torch.nn.functional.cross_entropy(h, torch.tensor(y))
    want.backward()
    loss, slopes = module._loss_and_slopes(params, x, y)
    assert np.isclose(loss, want.item())
    for pair, of_torch in zip(slopes, tensors, strict=True):
        for slope, tensor in zip(pair, of_torch, strict=True):
            np.testing.assert_allclose(slope, tensor.grad.numpy(), atol=1e-12)


def test_the_sick_run_guesses_and_the_answer_has_a_margin():
    shares = [
        np.mean([module._learn(run(), draw)[1] for draw in range(3)])
        for run in (given("sick_run"), ex("sick_run").answer)
    ]
    assert 0.05 < shares[0] < 0.15
    assert shares[1] > module._ASKED + 0.03


@pytest.mark.parametrize("lr", [0.02, 0.05, 0.1])
def test_plain_descent_is_too_slow_for_the_sick_run(lr):
    verdict = ex("sick_run").check(runs(PLAIN, ("lr = 0.005", f"lr = {lr}")))
    assert verdict.status == "incorrect"


def test_plain_descent_cures_the_sick_run_once_its_inputs_are_centred():
    answer = runs(PLAIN, ("lr = 0.005", "lr = 0.1"), ("(x - 8) / 6", "(x - 4.9) / 6"))
    assert ex("sick_run").check(answer).status == "correct"


def test_dropout_keeps_a_draw_that_equals_p():
    answer = spoilt("dropout_always_on", (">= p", "> p"))
    assert ex("dropout_always_on").check(answer).status == "incorrect"


def test_an_answer_cannot_spoil_the_pictures_of_the_next():
    class Spoils(ex("sick_run").answer):
        def prepare(self, x):
            ready = super().prepare(x)
            x[:] = 0
            return ready

    assert ex("sick_run").check(Spoils).status == "correct"
    assert module._digits(0)[0][0].any()
