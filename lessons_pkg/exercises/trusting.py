"""Exercises of the chapter "Trusting a model"."""

from functools import lru_cache
from itertools import pairwise

import numpy as np

from lessons_pkg.exercises.checker import Case, Exercise, Misconception, call
from lessons_pkg.exercises.checker.describe import kind_of
from lessons_pkg.exercises.checker.snapshot import numeric, snapshot

# ------------------------------------------------------------ by hand: ten letters

TEN_LETTERS = Exercise(
    name="trusting.ten_letters",
    title="Ten letters, four numbers",
    kind="by hand",
    minutes=6,
    statement=r"""
A filter calls letters spam (1) or not (0). A person has read ten of them, and says which
are spam:

| letter | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 |
|---|---|---|---|---|---|---|---|---|---|---|
| is spam | 1 | 0 | 1 | 0 | 0 | 0 | 1 | 0 | 0 | 0 |
| filter says | 1 | 1 | 1 | 0 | 1 | 0 | 0 | 0 | 1 | 0 |

Spam is the positive class. Count the four sorts of letters, and work out on paper

- the accuracy: the share of all letters that the filter got right,
- the precision: of those it *called* spam, the share that are,
- the recall: of those that *are* spam, the share it called so,
- F1, the harmonic mean of precision $P$ and recall $R$: $2PR / (P + R)$.

Write them as a list in this order, with three decimals at least. A fraction such as
`3 / 7` is fine.
""",
    starter="filter_scores = ...\n",
    answer=[0.6, 0.4, 2 / 3, 0.5],
    explanation=r"""
Letters 1 and 3 are true positives (TP = 2), letter 7 was missed (FN = 1), letters 2, 5
and 9 are false alarms (FP = 3), and the other four were left alone (TN = 4).

$$
\begin{aligned}
\text{accuracy} &= (TP + TN) / N = 6/10 \\
P &= TP / (TP + FP) = 2/5 \\
R &= TP / (TP + FN) = 2/3 \\
F_1 &= \frac{2 \cdot \frac25 \cdot \frac23}{\frac25 + \frac23} = \frac12
\end{aligned}
$$

Precision and recall have the same numerator; what they divide by differs. The accuracy
is no part of F1. To call nothing spam would get 0.7 right, more than this filter does,
and find no spam at all.
""",
    hints=(
        "Go through the columns and sort them into four heaps: spam called spam (TP), "
        "spam missed (FN), others called spam (FP), others left alone (TN). The heaps "
        "hold ten letters together.",
        "TP = 2, FN = 1, FP = 3 and TN = 4. Precision looks along what the filter "
        "says, TP + FP; recall along what is true, TP + FN.",
        "$P = 2/5$ and $R = 2/3$. For F1 multiply them, double that, and divide by "
        "their sum.",
    ),
    misconceptions={
        "swapped": Misconception(
            [0.6, 2 / 3, 0.4, 0.5],
            "Precision and recall are exchanged. Precision asks about the letters that "
            "were called spam, recall about those that are spam.",
        ),
        "recall_as_precision": Misconception(
            [0.6, 0.4, 0.4, 0.4],
            "The recall given is the precision once more: it divides by the letters "
            "that were called spam. Divide by those that are spam, found or missed.",
        ),
        "recall_as_precision_but_f1_right": Misconception(
            [0.6, 0.4, 0.4, 0.5],
            "Accuracy, precision and F1 are right. The recall given is the precision "
            "once more: divide by the letters that are spam, found or missed.",
        ),
        "precision_as_recall": Misconception(
            [0.6, 2 / 3, 2 / 3, 2 / 3],
            "The precision given is the recall once more: it divides by the letters "
            "that are spam. Divide by those that were called spam.",
        ),
        "arithmetic_mean": Misconception(
            [0.6, 0.4, 2 / 3, 8 / 15],
            "F1 is given as (P + R) / 2, the arithmetic mean. The harmonic mean, "
            "2PR / (P + R), lies nearer to the smaller of the two.",
        ),
        "f1_from_accuracy": Misconception(
            [0.6, 0.4, 2 / 3, 12 / 19],
            "F1 is given as the harmonic mean of accuracy and recall. It is that of "
            "precision and recall; the accuracy has no part in it.",
        ),
        "f1_without_recall": Misconception(
            [0.6, 0.4, 2 / 3, 0.48],
            "F1 is given as the harmonic mean of accuracy and precision. It is that of "
            "precision and recall; the accuracy has no part in it.",
        ),
        "share_of_mistakes": Misconception(
            [0.4, 0.4, 2 / 3, 0.5],
            "0.4 is the share of the mistakes: 4 of 10. The accuracy is the share of the "
            "letters that the filter got right.",
        ),
        "mean_with_accuracy": Misconception(
            [0.6, 0.4, 2 / 3, 19 / 30],
            "F1 is given as the mean of accuracy and recall. It is 2PR / (P + R), from "
            "precision and recall; the accuracy has no part in it.",
        ),
        "two_lost": Misconception(
            [0.6, 0.4, 2 / 3, 0.25],
            "The 2 is missing in F1: 2PR / (P + R). Where P and R are equal, F1 is the "
            "same number.",
        ),
        "sum_lost": Misconception(
            [0.6, 0.4, 2 / 3, 4 / 15],
            "F1 is given as P times R. It is 2PR / (P + R).",
        ),
        "other_class": Misconception(
            [0.6, 0.8, 4 / 7, 2 / 3],
            "These are precision, recall and F1 of the letters that are no spam. Spam "
            "is the positive class.",
        ),
        "specificity": Misconception(
            [0.6, 0.4, 4 / 7, 8 / 17],
            "4/7 is the specificity: of the letters that are no spam, the share left "
            "alone. The recall looks at those that are spam.",
        ),
        "only_found_spam_is_right": Misconception(
            [0.2, 0.4, 2 / 3, 0.5],
            "The accuracy counts the spam that was found, 2 of 10. The four letters "
            "that were rightly left alone are right answers as well.",
        ),
        "true_negatives_left_out": Misconception(
            [1 / 3, 0.4, 2 / 3, 0.5],
            "The accuracy leaves out the letters that are no spam and were left alone. "
            "They are right answers, and belong to the ten.",
        ),
        "counts": Misconception(
            [2, 3, 1, 4],
            "These are the counts TP, FP, FN and TN, and they are right. Now work out "
            "the four shares from them.",
        ),
        "percent": Misconception(
            [60, 40, 66.7, 50],
            "The numbers are right, but in percent. Write shares from 0 to 1.",
        ),
    },
    rtol=0.0,
    atol=5.1e-4,
)

# ------------------------------------------------------------ by hand: a rare illness

RARE = Exercise(
    name="trusting.rare",
    title="The test that never finds anyone",
    kind="by hand",
    minutes=6,
    statement=r"""
Of 1000 people 40 are ill. Test A calls everybody well. Test B calls 90 people ill: 30 of
the ill ones, and 60 who are well.

The *balanced accuracy* is the mean of two shares: of the ill people, those called ill;
of the well people, those called well.

Work out on paper, with three decimals at least, and write as a list in this order: the
accuracy of A, the accuracy of B, the balanced accuracy of A, the balanced accuracy of B,
and the precision of B, that is, how often somebody called ill by B is ill.
""",
    starter="tests_a_and_b = ...\n",
    answer=[0.96, 0.93, 0.5, 0.84375, 1 / 3],
    explanation=r"""
$$
\begin{aligned}
\text{accuracy of A} &= 960/1000 = 0.96 \\
\text{accuracy of B} &= (30 + 900)/1000 = 0.93 \\
\text{balanced, A} &= (0/40 + 960/960)/2 = 0.5 \\
\text{balanced, B} &= (30/40 + 900/960)/2 = 0.84375 \\
\text{precision of B} &= 30/90 = 0.333
\end{aligned}
$$

By accuracy, A is better, and it is no test at all: whatever the shares, one answer for
everybody has a balanced accuracy of 0.5. So report with an accuracy what the majority
class alone would get. And B's good balance does not make its alarms certain: two of
three are false, because so many more people are well.
""",
    hints=(
        "960 people are well. B calls 90 people ill and 910 well. How many of those "
        "910 are ill?",
        "B has TP = 30, FN = 10, FP = 60 and TN = 900. A has TP = 0, FN = 40, FP = 0 "
        "and TN = 960.",
        "Balanced accuracy of B: (30/40 + 900/960) / 2. For its precision look at the "
        "90 alone.",
    ),
    misconceptions={
        "balanced_from_precision": Misconception(
            [0.96, 0.93, 0.5, (3 / 4 + 1 / 3) / 2, 1 / 3],
            "The balanced accuracy of B is given as the mean of recall and precision. "
            "The second share looks at the people who are well: 900 of 960 are called "
            "so.",
        ),
        "balanced_by_what_was_said": Misconception(
            [0.96, 0.93, 0.48, (30 / 90 + 900 / 910) / 2, 1 / 3],
            "The balanced accuracies are taken among those called ill and those called "
            "well. Take them among those who are ill and those who are well.",
        ),
        "balanced_is_the_accuracy": Misconception(
            [0.96, 0.93, 0.96, 0.93, 1 / 3],
            "The balanced accuracies are given as the plain ones: there each of the "
            "1000 people counts alike. Work out one share for each group, then their "
            "mean.",
        ),
        "balanced_not_halved": Misconception(
            [0.96, 0.93, 1, 1.6875, 1 / 3],
            "The two shares are added, but the mean of two is half of that.",
        ),
        "ill_only": Misconception(
            [0.96, 0.93, 0, 0.75, 1 / 3],
            "The balanced accuracies are given as the recall, the share of the ill "
            "people alone. Take the mean of it and of the share of the well people.",
        ),
        "precision_is_recall": Misconception(
            [0.96, 0.93, 0.5, 0.84375, 0.75],
            "0.75 is the recall of B: of the ill people, those called ill. Its "
            "precision asks the other way round: of the 90 called ill, who is?",
        ),
        "false_alarms_as_all": Misconception(
            [0.96, 0.93, 0.5, 0.84375, 0.5],
            "The precision is given as 30/60, true alarms over false ones. Divide by "
            "all alarms, 90.",
        ),
        "precision_among_all_well": Misconception(
            [0.96, 0.93, 0.5, 0.84375, 0.03],
            "The precision is given as 30 of all 1000 people. Divide by those whom B "
            "calls ill.",
        ),
        "missed_forgotten": Misconception(
            [0.96, 0.94, 0.5, 0.84375, 1 / 3],
            "The accuracy of B counts its 60 false alarms as its only errors. The ill "
            "people whom it calls well are errors too.",
        ),
        "alarms_are_mistakes": Misconception(
            [0.96, 0.91, 0.5, 0.84375, 1 / 3],
            "The accuracy of B counts all its 90 alarms as errors, and no other. Of the "
            "alarms 60 are errors; so are the 10 ill people whom it calls well.",
        ),
        "share_of_false_alarms": Misconception(
            [0.96, 0.93, 0.5, 0.84375, 2 / 3],
            "2/3 is the share of the alarms that are false, 60 of 90. The precision is "
            "the share that are right.",
        ),
        "ninety_false_alarms": Misconception(
            [0.96, 0.9, 0.5, (0.75 + 870 / 960) / 2, 1 / 4],
            "B raises 90 alarms, and 30 of them are right: the false ones are 60, "
            "not 90.",
        ),
        "exchanged": Misconception(
            [0.93, 0.96, 0.84375, 0.5, 1 / 3],
            "The numbers are right, but A and B are exchanged.",
        ),
        "percent": Misconception(
            [96, 93, 50, 84.375, 33.3],
            "The numbers are right, but in percent. Write shares from 0 to 1.",
        ),
    },
    rtol=0.0,
    atol=5.1e-4,
)

# --------------------------------------------------------- code: what is taken for what


def _confusion(predicted, target, n_classes):
    counts = np.zeros((n_classes, n_classes), dtype=int)
    for said, true in zip(predicted, target, strict=True):
        counts[true, said] += 1
    return counts


def _counted_once(predicted, target, n_classes):
    counts = np.zeros((n_classes, n_classes), dtype=int)
    counts[target, predicted] += 1
    return counts


def _only_what_occurs(predicted, target, n_classes):
    names = np.union1d(predicted, target)
    return _confusion(predicted, target, n_classes)[np.ix_(names, names)]


def _up_to_the_highest(predicted, target, n_classes):
    n = max(*predicted, *target) + 1
    return _confusion(predicted, target, n_classes)[:n, :n]


def _shares_of_rows(predicted, target, n_classes):
    counts = _confusion(predicted, target, n_classes)
    with np.errstate(invalid="ignore"):
        return counts / counts.sum(axis=1, keepdims=True)


def _shares_of_rows_or_0(predicted, target, n_classes):
    counts = _confusion(predicted, target, n_classes)
    return counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)


CONFUSION = Exercise(
    name="trusting.confusion",
    title="Who is taken for whom",
    kind="code",
    minutes=7,
    statement=r"""
Write `confusion(predicted, target, n_classes)`: the confusion matrix of a classifier. Both
arguments are arrays of N class numbers, from 0 to `n_classes` - 1.

It returns an array of whole numbers of shape `(n_classes, n_classes)`. As in
scikit-learn, a row is a true class and a column a predicted one: the entry `[i, j]`
counts the examples of class `i` that were taken for class `j`.

A class that does not occur still has its row and its column, of zeros.
""",
    starter=(
        "def confusion(predicted, target, n_classes):\n"
        "    # your code in place of the dots\n    ...\n"
    ),
    answer=_confusion,
    explanation=r"""
One pass over the pairs, one count each. Without a loop it takes care:
`counts[target, predicted] += 1` reads, adds and writes each entry *once*, however often
the pair occurs. `np.add.at(counts, (target, predicted), 1)` counts every time, and so
does `np.bincount(n_classes * target + predicted, minlength=n_classes**2)`, reshaped.

Some books and programs turn the matrix round. Read off which side is which before you
read anything else: rows that sum to the number of examples of each class are the true
side. The diagonal over the row sums is each class's recall, over the column sums its
precision; so a matrix read the wrong way round exchanges the two.
""",
    hints=(
        "Begin with zeros of the right shape and of whole numbers. Then go through the "
        "pairs: which entry does one example belong to?",
        "`counts[true, said] += 1` for each pair of one true and one predicted class.",
        "`zip(predicted, target)` gives the pairs. The true class comes first in the "
        "index: it is the row.",
    ),
    cases=(
        call(np.array([0, 1, 1, 0, 1]), np.array([0, 0, 0, 1, 1]), 2),
        call(np.array([0, 0, 1, 2, 2, 0, 1]), np.array([0, 0, 0, 1, 1, 2, 1]), 3),
        call(np.array([0, 3, 3, 3, 1]), np.array([0, 0, 0, 3, 3]), 5),
        call(np.array([1, 1]), np.array([1, 1]), 2),
    ),
    misconceptions={
        "transposed": Misconception(
            lambda p, t, c: _confusion(t, p, c),
            "The counts are right, but the matrix is turned round: here the predicted "
            "class chooses the row. Let the true class choose it.",
        ),
        "counted_once": Misconception(
            _counted_once,
            "A pair that occurs several times is counted once: `counts[a, b] += 1` "
            "with arrays writes each entry a single time. Use a loop, `np.add.at` or "
            "`np.bincount`.",
        ),
        "counted_once_and_transposed": Misconception(
            lambda p, t, c: _counted_once(t, p, c),
            "A pair that occurs several times is counted once: `counts[a, b] += 1` "
            "with arrays writes each entry a single time. Besides, the rows are to be "
            "the true classes.",
        ),
        "only_what_occurs": Misconception(
            _only_what_occurs,
            "A class that does not occur gets no row and no column, so that the rows "
            "change their meaning from one set of examples to the next. Make the "
            "shape from `n_classes`.",
        ),
        "up_to_the_highest": Misconception(
            _up_to_the_highest,
            "The matrix ends at the highest class that occurs. Make its shape from "
            "`n_classes` (for `np.bincount`, give `minlength`).",
        ),
        "shares_of_rows": Misconception(
            _shares_of_rows,
            "The counts are divided by the sums of the rows: shares, and nan in a row "
            "without examples. Asked for are the counts themselves.",
        ),
        "shares_of_rows_or_0": Misconception(
            _shares_of_rows_or_0,
            "The counts are divided by the sums of the rows. Asked for are the counts "
            "themselves: a share hides how many examples stand behind it.",
        ),
        "shares_of_all": Misconception(
            lambda p, t, c: _confusion(p, t, c) / len(p),
            "The counts are divided by the number of examples. Asked for are the "
            "counts themselves.",
        ),
        "right_ones_only": Misconception(
            lambda p, t, c: np.diag(np.diag(_confusion(p, t, c))),
            "Only right answers are counted. What is taken for what stands beside the "
            "diagonal: count every example.",
        ),
        "numbered_from_1": Misconception(
            lambda p, t, c: np.roll(_confusion(p, t, c), (-1, -1), (0, 1)),
            "Every class is one row and one column too early, class 0 at the end: is 1 "
            "taken from the class numbers? They begin at 0, as Python's indices do.",
        ),
        "accuracy": Misconception(
            lambda p, t, c: np.mean(p == t),
            "This is the accuracy, one number. Asked for is the whole matrix.",
        ),
    },
)

# ------------------------------------------------------- debug: recall that is none


def _rates(predicted, target):
    tp = np.sum((predicted == 1) & (target == 1))
    fp = np.sum((predicted == 1) & (target == 0))
    fn = np.sum((predicted == 0) & (target == 1))
    precision = tp / (tp + fp)
    recall = tp / (tp + fn)
    f1 = 2 * precision * recall / (precision + recall)
    return precision, recall, f1


_RATES = """\
def rates(predicted, target):
    tp = np.sum((predicted == 1) & (target == 1))
    fp = np.sum((predicted == 1) & (target == 0))
    precision = tp / (tp + fp)
    # of those called positive, the share that are
    recall = np.mean(target[predicted == 1])
    accuracy = np.mean(predicted == target)
    f1 = 2 * accuracy * recall / (accuracy + recall)
    return precision, recall, f1
"""


def _harmonic(a, b):
    return 2 * a * b / (a + b)


def _rates_with(recall=None, f1=_harmonic, precision=None):
    """rates, with its own idea of some of the three."""

    def wrong(predicted, target):
        p, r, _ = _rates(predicted, target)
        r = recall(predicted, target) if recall else r
        p = precision(predicted, target) if precision else p
        accuracy = np.mean(predicted == target)
        return p, r, f1(p, r) if f1 is not _with_accuracy else f1(accuracy, r)

    return wrong


def _with_accuracy(accuracy, recall):
    return _harmonic(accuracy, recall)


def _f1_without_recall(predicted, target):
    precision, recall, _ = _rates(predicted, target)
    return precision, recall, _harmonic(np.mean(predicted == target), precision)


def _of_class_1(predicted, target):
    return np.mean(target[predicted == 1])


def _found(predicted, target):
    return np.mean(predicted[target == 1])


def _left_alone(predicted, target):
    return np.mean(1 - predicted[target == 0])


def _counted(tp, fp, fn, tn):
    """Predictions and targets with these counts."""
    counts = [tp, fp, fn, tn]
    return np.repeat([1, 1, 0, 0], counts), np.repeat([1, 0, 1, 0], counts)


RECALL = Exercise(
    name="trusting.recall",
    title="Two names for one number",
    kind="debug",
    minutes=7,
    statement=r"""
`rates` is to return precision, recall and F1 of class 1, from two arrays of 0 and 1.

Of 1000 people 60 are ill. A test finds 40 of them, and calls 10 of the others ill too.
`rates` reports

$$0.800,\; 0.800,\; 0.877$$

Another test finds only 20 of the 60, and calls 5 of the others ill. Again precision and
recall are reported as 0.800 both. But the first test missed 20 people, and this one
missed 40.

Two of the three numbers are defined wrongly, in a way often read in articles. Mend them.
""",
    starter=_RATES,
    answer=_rates,
    explanation=r"""
"Of those called positive, the share that are" is precision: the same number, written in
another way. Recall divides by those that *are* positive, found or missed:
$TP / (TP + FN) = 40/60$. Only then does missing somebody cost something.

F1 combines precision and recall, and leaves the accuracy out for a reason: the 930 people
who are well and called so make every accuracy look good. With $P = 0.8$ and $R = 0.667$
it is 0.727, where the mixture with the accuracy said 0.877.

Two numbers that always agree should make you suspicious. Change one count at a time, here
FN, and see which of them move.
""",
    hints=(
        "Work out precision and recall of the example on paper: TP = 40, FP = 10, "
        "FN = 20. Which of the numbers that are reported is which?",
        "`target[predicted == 1]` are the people who were *called* ill. For the recall "
        "take those who are.",
        "Recall is TP / (TP + FN), and F1 is 2PR / (P + R): there is no accuracy in "
        "it.",
    ),
    cases=(
        call(*_counted(40, 10, 20, 930)),
        call(*_counted(2, 3, 1, 4)),
        call(*_counted(5, 1, 8, 3)),
    ),
    misconceptions={
        "recall_alone_mended": Misconception(
            _rates_with(f1=_with_accuracy),
            "The recall is right now. F1 is still made from the accuracy; it is the "
            "harmonic mean of precision and recall.",
        ),
        "f1_without_recall": Misconception(
            _f1_without_recall,
            "The recall is right now. F1 is made from accuracy and precision; it is the "
            "harmonic mean of precision and recall.",
        ),
        "f1_alone_mended": Misconception(
            _rates_with(recall=_of_class_1),
            "F1 has the right formula now, but the recall in it is still the precision "
            "once more: of those called positive, the share that are. Divide by those "
            "that are positive.",
        ),
        "arithmetic_mean": Misconception(
            _rates_with(f1=lambda p, r: (p + r) / 2),
            "The recall is right now. F1 is given as the arithmetic mean; the harmonic "
            "mean, 2PR / (P + R), is high only where both are.",
        ),
        "geometric_mean": Misconception(
            _rates_with(f1=lambda p, r: np.sqrt(p * r)),
            "The recall is right now. F1 is given as the root of P times R, the "
            "geometric mean. The harmonic mean is 2PR / (P + R).",
        ),
        "two_lost": Misconception(
            _rates_with(f1=lambda p, r: p * r / (p + r)),
            "The recall is right now. In F1 the 2 is lost: where P and R are equal, F1 "
            "is the same number.",
        ),
        "exchanged": Misconception(
            _rates_with(recall=_of_class_1, precision=_found),
            "Precision and recall are exchanged: the first number is the precision, "
            "and that line was right.",
        ),
        "precision_spoilt": Misconception(
            _rates_with(precision=_found),
            "Recall is right, but now the precision is the recall once more. Its line "
            "was right: TP / (TP + FP).",
        ),
        "specificity": Misconception(
            _rates_with(recall=_left_alone),
            "The recall given is the specificity: of the negatives, the share left "
            "alone. Take the positives, and the share found.",
        ),
        "missed_share": Misconception(
            _rates_with(recall=lambda p, t: 1 - _found(p, t)),
            "The recall given is FN / (TP + FN), the share that was missed. Recall is "
            "what is left of 1: the share that was found.",
        ),
        "accuracy_as_recall": Misconception(
            _rates_with(recall=lambda p, t: np.mean(p == t)),
            "The recall given is the accuracy: it counts the people who are well and "
            "called so. Take those who are ill alone.",
        ),
        "of_all": Misconception(
            _rates_with(recall=lambda p, t: np.mean(p * t)),
            "The recall given is TP / N: divide by those that are positive, not by "
            "all.",
        ),
    },
)

# -------------------------------------------------------------- debug: the axis of ROC


def _roc_points(scores, target, thresholds):
    across, up = [], []
    for t in thresholds:
        positive = scores >= t
        across.append(np.mean(positive[target == 0]))
        up.append(np.mean(positive[target == 1]))
    return np.array([across, up])


_ROC = """\
def roc_points(scores, target, thresholds):
    across, up = [], []
    for t in thresholds:
        positive = scores >= t
        tp = np.sum(positive & (target == 1))
        fp = np.sum(positive & (target == 0))
        precision = tp / (tp + fp)
        across.append(1 - precision)
        up.append(tp / np.sum(target == 1))
    return np.array(across), np.array(up)
"""


def _roc_with(across=None, up=None, over=np.greater_equal):
    """roc_points, with its own idea of an axis: a function of TP, FP, FN, TN."""

    def wrong(scores, target, thresholds):
        points = []
        for t in thresholds:
            said = over(scores, t)
            tp, fp = np.sum(said & (target == 1)), np.sum(said & (target == 0))
            fn, tn = np.sum(target == 1) - tp, np.sum(target == 0) - fp
            with np.errstate(all="ignore"):
                x = across(tp, fp, fn, tn) if across else fp / (fp + tn)
            points.append((x, up(tp, fp, fn, tn) if up else tp / (tp + fn)))
        return np.array(points).T

    return wrong


_TEN_SCORES = np.array([0.95, 0.9, 0.8, 0.7, 0.65, 0.5, 0.4, 0.3, 0.2, 0.1])
_TEN_TARGETS = np.array([1, 1, 0, 1, 0, 0, 1, 0, 0, 0])

ROC_AXIS = Exercise(
    name="trusting.roc_axis",
    title="A curve that turns back",
    kind="debug",
    minutes=7,
    statement=r"""
`roc_points` is to give the points of a ROC curve: for each threshold `t`, an example is
called positive where its score is at least `t`. Up goes the true positive rate, the
share of the positives that are called so; across goes the false positive rate.
`scores` and `target` (0 and 1) have shape `(N,)`, and two arrays of shape `(T,)` come
back: across, up. (Or one array with these two rows.)

A ROC curve begins at $(0, 0)$, where nothing is called positive, never turns back, and
ends at $(1, 1)$, where everything is. For ten examples, from the highest score down,

$$1, 1, 0, 1, 0, 0, 1, 0, 0, 0$$

this one goes to the right, then to the left and to the right again, and ends at 0.6
across.

What was taken for the false positive rate? Mend it.
""",
    starter=_ROC,
    answer=_roc_points,
    explanation=r"""
The false positive rate is $FP / (FP + TN)$: of the *negatives*, the share that are called
positive. That is one minus the specificity. One minus the precision is
$FP / (TP + FP)$: of those *called positive*, the share that are not. Both have FP on top,
and some articles confuse them.

With 40 true and 10 false alarms, 20 missed and 930 left alone, one is 10/940 = 0.011 and
the other 10/50 = 0.2. As the threshold falls, FP can only grow and the number of
negatives stays, so that the right curve never turns back. The number of those called
positive grows as well, and so one minus the precision can go either way.
""",
    hints=(
        "At the lowest threshold everything is called positive. What is `across` then, "
        "and which share should be 1 there?",
        "The false positive rate looks at the negatives alone: of these, how many are "
        "called positive? What has to stand below the fraction?",
        "`fp / np.sum(target == 0)`.",
    ),
    cases=(
        call(_TEN_SCORES, _TEN_TARGETS, np.array([0.95, 0.8, 0.7, 0.5, 0.1])),
        call(
            np.array([0.2, 0.6, 0.6, 0.9, 0.4]),
            np.array([0, 0, 1, 1, 0]),
            np.array([0.9, 0.6, 0.3]),
        ),
        call(
            np.array([3.0, -1.0, 2.0, 0.5, 1.0, 2.5, -2.0]),
            np.array([0, 0, 1, 1, 0, 1, 1]),
            np.array([2.5, 1.0, -0.5, -2.0]),
        ),
    ),
    misconceptions={
        "still_one_minus_precision": Misconception(
            _roc_with(across=lambda tp, fp, fn, tn: fp / (tp + fp)),
            "Across is still one minus the precision, FP / (TP + FP), perhaps written "
            "in another way. Divide by the number of negatives.",
        ),
        "precision": Misconception(
            _roc_with(across=lambda tp, fp, fn, tn: tp / (tp + fp)),
            "Across is the precision now. The precision has no part in a ROC curve: "
            "the false positive rate looks at the negatives alone.",
        ),
        "specificity": Misconception(
            _roc_with(across=lambda tp, fp, fn, tn: tn / (tn + fp)),
            "Across is the specificity: of the negatives, the share left alone. The "
            "false positive rate is one minus that.",
        ),
        "over_all": Misconception(
            _roc_with(across=lambda tp, fp, fn, tn: fp / (tp + fp + fn + tn)),
            "The false alarms are divided by the number of all examples. Divide by the "
            "number of negatives: only they can be false alarms.",
        ),
        "over_the_positives": Misconception(
            _roc_with(across=lambda tp, fp, fn, tn: fp / (tp + fn)),
            "The false alarms are divided by the number of positives. A rate has below "
            "it those who could be above: the negatives.",
        ),
        "over_those_left_alone": Misconception(
            _roc_with(across=lambda tp, fp, fn, tn: fp / tn),
            "Across is FP / TN: the false alarms against the negatives left alone. The "
            "negatives are both: divide by FP + TN.",
        ),
        "share_of_the_mistakes": Misconception(
            _roc_with(across=lambda tp, fp, fn, tn: fp / (fp + fn)),
            "Across is FP / (FP + FN): of the mistakes, the share that are false alarms. "
            "Divide by the negatives, FP + TN.",
        ),
        "missed": Misconception(
            _roc_with(across=lambda tp, fp, fn, tn: fn / (tp + fn)),
            "Across is the share of the positives that are missed: one minus what goes "
            "up, so all points lie on one line.",
        ),
        "axes_exchanged": Misconception(
            lambda s, t, at: _roc_points(s, t, at)[::-1],
            "The rates are right, but exchanged: the first to come back is across, the "
            "false positive rate.",
        ),
        "above_alone": Misconception(
            _roc_with(over=np.greater),
            "The rates are right, but an example whose score equals the threshold is "
            "called negative. `>=` was right.",
        ),
        "up_is_precision": Misconception(
            _roc_with(up=lambda tp, fp, fn, tn: tp / (tp + fp)),
            "Across is right now, but up is the precision. The line for up was right: "
            "of the positives, the share called so.",
        ),
        "counts": Misconception(
            _roc_with(across=lambda tp, fp, fn, tn: fp, up=lambda tp, fp, fn, tn: tp),
            "These are counts. Divide each by the number of those who could be in it: "
            "negatives across, positives up.",
        ),
    },
)

# ---------------------------------------------------------------- code: AUC by pairs


def _auc(scores, target):
    above = scores[target == 1][:, None] - scores[target == 0]
    return np.mean((above > 0) + 0.5 * (above == 0))


def _pairs(scores, target):
    return scores[target == 1][:, None] - scores[target == 0]


def _auc_in_order(scores, target, order):
    """One step for each example: a tie is broken by the order."""
    up = np.cumsum(target[order]) / target.sum()
    return up[target[order] == 0].mean()


AUC = Exercise(
    name="trusting.auc",
    title="An area made of pairs",
    kind="code",
    minutes=8,
    statement=r"""
The area under the ROC curve needs no curve. It is the probability that a positive
example, drawn at random, has a higher score than a negative one, drawn at random.

Write `auc(scores, target)`: go through all pairs of one positive and one negative
example. A pair in which the positive has the higher score counts 1, a pair with equal
scores counts one half, any other 0. Return the mean over the pairs.

`scores` is an array of N numbers, `target` of 0 and 1, both of which occur.
""",
    starter="def auc(scores, target):\n    # your code in place of the dots\n    ...\n",
    answer=_auc,
    explanation=r"""
`scores[target == 1][:, None]` is a column of the positives' scores; minus the row of the
negatives' it is a table of all pairs.

This says what the area means: 0.5 is chance, 1 is a perfect order, and below 0.5 the
order is worse than none: turn it round. Only the order counts. If all scores are squared
(and are positive) or halved, nothing changes, so a good area says nothing about whether
the scores are probabilities; for that, look at the calibration.

With a million examples of each class the table is too large. Sorting the scores once
gives the same number.
""",
    hints=(
        "Two loops are fine: for each positive score, for each negative score. How "
        "many pairs are there?",
        "Count 1 for `p > n` and 0.5 for `p == n`, and divide by the number of pairs, "
        "positives times negatives.",
        "Without loops: `scores[target == 1][:, None] - scores[target == 0]` is a "
        "table with a difference for every pair.",
    ),
    cases=(
        call(np.array([0.9, 0.6, 0.4, 0.1]), np.array([1, 0, 1, 0])),
        call(np.array([0.2, 0.7, 0.7, 0.3, 0.7]), np.array([0, 1, 0, 1, 1])),
        call(_TEN_SCORES, _TEN_TARGETS),
        call(np.array([2.0, 2.0, 2.0, 2.0]), np.array([1, 1, 0, 1])),
        call(np.array([-3.0, 5.0, -1.0]), np.array([1, 0, 0])),
    ),
    misconceptions={
        "ties_count_0": Misconception(
            lambda s, t: np.mean(_pairs(s, t) > 0),
            "Pairs with equal scores count nothing here. They count one half: scores "
            "that are all equal are chance, 0.5.",
        ),
        "ties_count_1": Misconception(
            lambda s, t: np.mean(_pairs(s, t) >= 0),
            "Pairs with equal scores count as right here. They count one half: scores "
            "that are all equal are chance, 0.5.",
        ),
        "turned_round": Misconception(
            lambda s, t: 1 - _auc(s, t),
            "The pairs are counted the other way round: those in which the negative "
            "has the higher score.",
        ),
        "over_all_pairs": Misconception(
            lambda s, t: _auc(s, t) * _pairs(s, t).size / len(s) ** 2,
            "The sum is divided by N squared. Only pairs of a positive and a negative "
            "are counted: divide by the number of those.",
        ),
        "over_half_of_all_pairs": Misconception(
            lambda s, t: _auc(s, t) * _pairs(s, t).size / (len(s) * (len(s) - 1) / 2),
            "The sum is divided by N (N - 1) / 2, all pairs of two examples. Two of "
            "one class make no pair here: divide by positives times negatives.",
        ),
        "not_divided": Misconception(
            lambda s, t: _auc(s, t) * _pairs(s, t).size,
            "This is the sum over the pairs. Divide by their number: a probability "
            "lies between 0 and 1.",
        ),
        "sizes_of_the_differences": Misconception(
            lambda s, t: np.mean(_pairs(s, t)),
            "The differences of the scores are averaged. Only their sign counts: 1, "
            "one half or 0 for each pair.",
        ),
        "signs": Misconception(
            lambda s, t: np.mean(np.sign(_pairs(s, t))),
            "The mean of the signs counts a pair in the wrong order as -1. It counts "
            "0: what you have is 2 AUC - 1.",
        ),
        "accuracy_at_one_half": Misconception(
            lambda s, t: np.mean((s >= 0.5) == t),
            "This is the accuracy at the threshold 0.5. The area asks about the order "
            "of the scores, with no threshold.",
        ),
        "ties_as_they_come": Misconception(
            lambda s, t: _auc_in_order(s, t, np.argsort(-s, kind="stable")),
            "Right where no scores are equal. Among equal ones the result depends on "
            "the order in which the examples came: count one half for each such pair, "
            "or give equal scores one point of the curve.",
        ),
        "ties_as_they_come_backwards": Misconception(
            lambda s, t: _auc_in_order(s, t, np.argsort(s, kind="stable")[::-1]),
            "Right where no scores are equal. Among equal ones the result depends on "
            "the order in which the examples came, here the last first: count one half "
            "for each such pair.",
        ),
    },
)

# -------------------------------------------------------------- debug: a scale that knows


def _standardise(train, test):
    mean, std = train.mean(axis=0), train.std(axis=0)
    return (train - mean) / std, (test - mean) / std


_SCALE = """\
def standardise(train, test):
    everything = np.concatenate([train, test])
    mean = everything.mean(axis=0)
    std = everything.std(axis=0)
    return (train - mean) / std, (test - mean) / std
"""


def _scaled_by(mean_of, std_of=None, axis=0, ddof=0, power=1):
    """standardise, with mean and spread of other rows, or in another way."""

    def wrong(train, test):
        rows = {"train": train, "test": test, "all": np.concatenate([train, test])}
        done = []
        for part in (train, test):
            m, s = rows.get(mean_of, part), rows.get(std_of or mean_of, part)
            with np.errstate(all="ignore"):
                spread = s.std(axis=axis, ddof=ddof) ** power
                done.append((part - m.mean(axis=axis)) / spread)
        return tuple(done)

    return wrong


def _test_with(mean_of, std_of):
    """The training part right, the test part by mean and deviation of these parts."""

    def wrong(train, test):
        return _standardise(train, test)[0], _scaled_by(mean_of, std_of)(train, test)[1]

    return wrong


def _test_left_raw(train, test):
    return _standardise(train, test)[0], test


def _to_0_and_1(train, test):
    low, high = train.min(axis=0), train.max(axis=0)
    return (train - low) / (high - low), (test - low) / (high - low)


def _parts(seed, n_train, n_test, n_columns):
    rng = np.random.default_rng(seed)
    train, test = (rng.integers(0, 10, (n, n_columns)) * 1.0 for n in (n_train, n_test))
    return call(train, test + rng.integers(0, 5, n_columns))


SCALED_FIRST = Exercise(
    name="trusting.scaled_first",
    title="The scale that knows the test",
    kind="debug",
    minutes=6,
    statement=r"""
`standardise` is to bring the columns of a training part and of a test part to one scale:
take a mean away, divide by a standard deviation. Rows are examples; both arrays come
back scaled, training part first.

The test part stands for examples that do not exist yet when the model is made. But put
one absurd row into `test`, and the scaled *training* part changes too: the model is then
trained on numbers that know something about the test.

Mend it.
""",
    starter=_SCALE,
    answer=_standardise,
    explanation=r"""
Everything that is learned from data, the mean and the standard deviation too, is learned
from the training part, and then used on both. After this the training columns have mean
0 and deviation 1; those of the test do not, and need not.

To scale each part by its own numbers is no way out. Then the same value means one thing in
training and another in the test, a shift of the test data disappears, and a single new
example could not be scaled at all.

How much such a leak flatters depends. A mean of many rows tells little; columns chosen,
or rows selected, with a look at the test labels tell a lot. In scikit-learn a `Pipeline`
keeps the order for you.
""",
    hints=(
        "Which lines look at `test` before the model exists?",
        "Take mean and standard deviation from `train` alone, and use these two for "
        "both parts.",
    ),
    cases=(
        call(
            np.array([[1.0, 10.0], [3.0, 30.0], [5.0, 20.0]]),
            np.array([[3.0, 20.0], [9.0, 50.0]]),
        ),
        _parts(1, 5, 3, 2),
        _parts(2, 7, 1, 3),
    ),
    misconceptions={
        "still_on_everything": Misconception(
            _scaled_by("all"),
            "Mean and standard deviation still come from both parts together. Take "
            "them from `train` alone.",
        ),
        "each_by_its_own": Misconception(
            _scaled_by("own"),
            "Each part is scaled by its own mean and deviation: the same value then "
            "means one thing in training and another in the test. Use those of the "
            "training part for both.",
        ),
        "by_the_test": Misconception(
            _scaled_by("test"),
            "Mean and deviation come from the test part: that is the part which must "
            "not be looked at. Take them from `train`.",
        ),
        "mean_mended_alone": Misconception(
            _scaled_by("train", "all"),
            "The mean is right now. The standard deviation still looks at the test.",
        ),
        "deviation_mended_alone": Misconception(
            _scaled_by("all", "train"),
            "The standard deviation is right now. The mean still looks at the test.",
        ),
        "test_by_its_own_mean": Misconception(
            _test_with("test", "train"),
            "The training part is right. From the test part its own mean is subtracted: "
            "use the training part's mean there as well.",
        ),
        "test_by_its_own_deviation": Misconception(
            _test_with("train", "test"),
            "The training part is right. The test part is divided by its own deviation: "
            "use the training part's there as well.",
        ),
        "test_left_raw": Misconception(
            _test_left_raw,
            "The training part is right, but the test part is not scaled. The model "
            "expects the scale that it was trained on: use the training part's mean "
            "and deviation there as well.",
        ),
        "one_mean_for_all_columns": Misconception(
            _scaled_by("train", axis=None),
            "Only the training part is used, as it should be, but with one mean for "
            "all columns. Each column has its own: `axis=0`.",
        ),
        "variance": Misconception(
            _scaled_by("train", power=2),
            "Only the training part is used, as it should be, but the variance divides. "
            "Divide by its root, the standard deviation.",
        ),
        "sample_deviation": Misconception(
            _scaled_by("train", ddof=1),
            "Only the training part is used, as it should be, but the deviation is "
            "taken with n - 1 (`ddof=1`; torch and pandas do that by themselves). The "
            "code as given divides by n: keep that.",
        ),
        "to_0_and_1": Misconception(
            _to_0_and_1,
            "Only the training part is used, as it should be, but this brings the "
            "columns to the range from 0 to 1. Asked for are mean and standard "
            "deviation.",
        ),
        "parts_exchanged": Misconception(
            lambda train, test: _standardise(train, test)[::-1],
            "The numbers are right, but the parts are exchanged: the training part "
            "comes first.",
        ),
    },
)

# ------------------------------------------------------------- debug: folds that overlap


def _folds(n, k):
    everything = np.arange(n)
    parts = []
    for test in np.array_split(everything, k):
        parts.append((np.setdiff1d(everything, test), test))
    return parts


_FOLDS = """\
def folds(n, k):
    size = n // k
    parts = []
    for i in range(k):
        start, end = i * size, (i + 1) * size
        test = np.arange(start, min(end + 1, n))
        train = np.setdiff1d(np.arange(n), np.arange(start, end))
        parts.append((train, test))
    return parts
"""


def _cut(n, k, edges, more=0):
    """Folds with test parts between these edges, each longer by `more`."""
    everything, parts = np.arange(n), []
    for start, end in pairwise(edges):
        test = np.arange(start, min(end + more, n))
        parts.append((np.setdiff1d(everything, test), test))
    return parts


def _edges(n, k):
    sizes = [len(part) for part in np.array_split(np.arange(n), k)]
    return np.append(0, np.cumsum(sizes))


def _longer_tests(n, k):
    right = _folds(n, k)
    long = _cut(n, k, _edges(n, k), more=1)
    return [(train, test) for (train, _), (_, test) in zip(right, long, strict=True)]


def _steps_of(size, k):
    return [i * size for i in range(k + 1)]


def _last_takes_the_rest(n, k):
    return _cut(n, k, [*_steps_of(n // k, k)[:-1], n])


def _rounded_up(n, k):
    return _cut(n, k, np.minimum(_steps_of(-(-n // k), k), n))


_PAIRS = "pairs of arrays of example numbers"


def _facts(answer, n, k):
    """What the rules ask of a division, whatever its order."""
    given = answer(n, k)
    if given is None:
        return None
    came, pairs = _read_pairs(given, n)
    sizes = [len(test) for _, test in pairs] or [0]
    tests = [i for _, test in pairs for i in test.tolist()]
    return {
        "what comes back": came,
        "number of folds": len(pairs),
        "in both parts of a fold": sum(len(np.intersect1d(*pair)) for pair in pairs),
        "in neither part of a fold": sum(n - len(np.union1d(*pair)) for pair in pairs),
        "how often each is tested": np.bincount(np.int64(tests), minlength=n),
        "twice in one training part": sum(len(t) - len(set(t)) for t, _ in pairs),
        "largest test part minus smallest": int(max(sizes) - min(sizes)),
    }


def _read_pairs(given, n):
    """What came, in words, and the pairs where there are some."""
    try:
        folds = list(given)
    except TypeError:
        return kind_of(snapshot(given)), []
    if folds and all(_rows(fold) is not None for fold in folds):
        return "one array for each fold", []
    pairs = [_pair(fold) for fold in folds]
    if not pairs or any(part is None for pair in pairs for part in pair):
        return "a list, but not of pairs of arrays or lists of numbers", []
    strange = [i for pair in pairs for part in pair for i in part if not 0 <= i < n]
    if strange:
        return f"pairs with the number {strange[0]}, which no example has", []
    return _PAIRS, pairs


def _pair(fold):
    """The two parts of a fold; None for what is no part."""
    try:
        train, test = fold
    except (TypeError, ValueError):
        return None, None
    return _rows(train), _rows(test)


def _rows(part):
    """Example numbers as an array, or None. A mask or a set is turned into one."""
    try:
        rows = np.asarray(sorted(part) if isinstance(part, set) else part)
    except (TypeError, ValueError):
        return None
    rows = np.flatnonzero(rows) if rows.dtype == bool and rows.ndim == 1 else rows
    if rows.ndim != 1 or (rows.size and rows.dtype.kind not in "iu"):
        return None
    return rows.astype(int)


def _divided(n, k):
    return Case(use=_facts, args=(n, k), label=f"folds({n}, {k})")


FOLDS = Exercise(
    name="trusting.folds",
    title="Folds that overlap",
    kind="debug",
    minutes=8,
    statement=r"""
For cross-validation $n$ examples, numbered from 0, are divided into $k$ folds. `folds(n, k)`
is to return a list of $k$ pairs `(train, test)` of arrays of example numbers, such that

- every example is in the test part of exactly one fold,
- the training part of a fold is all that is not in its test part,
- the test parts differ by one example at most.

For $n = 11$ and $k = 3$ the test parts come out as 0 to 3, 3 to 6 and 6 to 9. Example 3 is
tested twice, and the first time it was trained on as well; example 10 is never tested.

Mend it. The order of the examples and of the folds is yours to choose.
""",
    starter=_FOLDS,
    answer=_folds,
    explanation=r"""
There were two mistakes. `end + 1` is one too far, since `np.arange` leaves its end out
already; the training part did leave out the right ones, so that the extra example was
trained on and then tested. And `n // k` forgets the rest of the division. `np.array_split`
deals it out: the first `n % k` parts get one example more.

One example in both parts looks harmless, but a model that remembers gets it right for
certain. So check folds in code, as the checker does here: count how often each example is
tested, and what a fold's two parts share.

One split into two parts is no cross-validation: that is a hold-out. Here every example is
tested once, by a model that has not seen it, and the $k$ results are averaged.
""",
    hints=(
        "Print the three test parts for `folds(11, 3)`. Which examples are in two of "
        "them, which in none?",
        "`np.arange(a, b)` leaves b out. What does `end + 1` do then? And how many "
        "examples are k times `n // k`?",
        "`np.array_split(np.arange(n), k)` makes k test parts that differ by one at "
        "most, and leaves nothing out.",
    ),
    cases=(
        _divided(11, 3),
        _divided(10, 5),
        _divided(7, 7),
        _divided(13, 5),
        _divided(11, 4),
    ),
    misconceptions={
        "one_too_far": Misconception(
            _longer_tests,
            "Nothing is left out any more, but each test part still takes the first "
            "example of the next, and that was trained on. `np.arange` leaves its end "
            "out already: no + 1.",
        ),
        "overlap_not_trained_on": Misconception(
            lambda n, k: _cut(n, k, _edges(n, k), more=1),
            "No example is in both parts of a fold now, but the test parts still "
            "overlap: an example at an edge is tested twice.",
        ),
        "overlap_and_rest": Misconception(
            lambda n, k: _cut(n, k, _steps_of(n // k, k), more=1),
            "No example is in both parts of a fold now. But the test parts overlap still, "
            "so that examples at the edges are tested twice; and where k times `n // k` "
            "is less than n the last are never tested.",
        ),
        "rest_left_out": Misconception(
            lambda n, k: _cut(n, k, _steps_of(n // k, k)),
            "The overlap is gone. But k times `n // k` is less than n where there is a "
            "rest: the last examples are never tested.",
        ),
        "rest_thrown_away": Misconception(
            lambda n, k: _folds(n // k * k, k),
            "The overlap is gone, but the rest of the division is in no part at all. "
            "All n examples are to be used.",
        ),
        "last_takes_the_rest": Misconception(
            _last_takes_the_rest,
            "Every example is tested once now. But the last fold takes the whole rest: "
            "deal it out, one example more for the first folds.",
        ),
        "rounded_up": Misconception(
            _rounded_up,
            "Every example is tested once now. But with the size rounded up the last "
            "fold gets what is left over, perhaps far less than the others: the sizes "
            "are to differ by one at most.",
        ),
        "trained_on_everything": Misconception(
            lambda n, k: [(np.arange(n), test) for _, test in _folds(n, k)],
            "The test parts are right, but every fold trains on all examples, those it "
            "is tested on included. Leave the test part out.",
        ),
        "pairs_exchanged": Misconception(
            lambda n, k: [(test, train) for train, test in _folds(n, k)],
            "The parts of each pair are exchanged: the training part comes first, and "
            "is the larger one.",
        ),
        "one_split": Misconception(
            lambda n, k: _folds(n, k)[:1],
            "This is one split into two parts, a hold-out. Cross-validation makes k of "
            "them, so that every example is tested once.",
        ),
        "test_parts_alone": Misconception(
            lambda n, k: [test for _, test in _folds(n, k)],
            "There is one array of numbers for each fold, perhaps its test part alone. "
            "Give pairs: `(train, test)`.",
        ),
    },
)

# ------------------------------------------------- debug: a threshold chosen on the test


def _report(val_scores, val_target, test_scores, test_target):
    best, best_accuracy = None, -1.0
    for t in np.unique(val_scores):
        accuracy = np.mean((val_scores >= t) == val_target)
        if accuracy > best_accuracy:
            best, best_accuracy = t, accuracy
    return best, np.mean((test_scores >= best) == test_target)


_REPORT = """\
def report(val_scores, val_target, test_scores, test_target):
    best, best_accuracy = None, -1.0
    for t in np.unique(test_scores):
        accuracy = np.mean((test_scores >= t) == test_target)
        if accuracy > best_accuracy:
            best, best_accuracy = t, accuracy
    return best, best_accuracy
"""


def _accuracy_at(t, scores, target):
    return np.mean((scores >= t) == target)


def _best_of(candidates, scores, target, last=False):
    found = np.array([_accuracy_at(t, scores, target) for t in candidates])
    best = np.flatnonzero(found == found.max())
    return candidates[best[-1 if last else 0]]


def _on_validation(last=False):
    def wrong(vs, vt, ts, tt):
        t = _best_of(np.unique(vs), vs, vt, last)
        return t, _accuracy_at(t, ts, tt)

    return wrong


def _chosen_on_test(vs, vt, ts, tt):
    t = _best_of(np.unique(ts), ts, tt)
    return t, _accuracy_at(t, ts, tt)


def _candidates_of_validation(vs, vt, ts, tt):
    t = _best_of(np.unique(vs), ts, tt)
    return t, _accuracy_at(t, ts, tt)


def _candidates_of_test(vs, vt, ts, tt):
    t = _best_of(np.unique(ts), vs, vt)
    return t, _accuracy_at(t, ts, tt)


def _never_tested(vs, vt, ts, tt):
    t = _best_of(np.unique(vs), vs, vt)
    return t, _accuracy_at(t, vs, vt)


def _pooled(vs, vt, ts, tt):
    s, t = np.concatenate([vs, ts]), np.concatenate([vt, tt])
    best = _best_of(np.unique(s), s, t)
    return best, _accuracy_at(best, ts, tt)


def _reported_on_both(vs, vt, ts, tt):
    s, t = np.concatenate([vs, ts]), np.concatenate([vt, tt])
    best = _best_of(np.unique(vs), vs, vt)
    return best, _accuracy_at(best, s, t)


def _tuned_and_validated(vs, vt, ts, tt):
    t = _best_of(np.unique(ts), ts, tt)
    return t, _accuracy_at(t, vs, vt)


def _two_lines_mixed(vs, vt, ts, tt):
    t = _best_of(np.unique(ts), vs, vt)
    return t, _accuracy_at(t, vs, vt)


def _above_alone(vs, vt, ts, tt):
    """An example whose score equals the threshold is called negative."""
    at = np.unique(vs)
    t = at[np.argmax([np.mean((vs > t) == vt) for t in at])]
    return t, np.mean((ts > t) == tt)


def _as_they_come(vs, vt, ts, tt):
    t = _best_of(vs, vs, vt)
    return t, _accuracy_at(t, ts, tt)


def _always_one_half(vs, vt, ts, tt):
    return 0.5, _accuracy_at(0.5, ts, tt)


THRESHOLD = Exercise(
    name="trusting.threshold",
    title="Chosen where it is judged",
    kind="debug",
    minutes=7,
    statement=r"""
A model gives scores. An example is called positive where its score is at least a
threshold `t`. `report` is to choose `t`, and to say how good that is: it returns `t` and an
accuracy to be published.

`val_` are scores and targets of a validation part, `test_` those of a test part. The
threshold is one of the validation part's scores, the one with the best accuracy; where
several are equally good, the lowest of them.

Where scores and targets are noise, with ten examples in each part, the code below reports
an accuracy of 0.69 on average. On new examples no threshold gets more than 0.5 there.

Mend it.
""",
    starter=_REPORT,
    answer=_report,
    explanation=r"""
To choose a threshold is to learn it. The best of ten thresholds on ten examples is good
on *these* ten, in part by luck, and whoever reports the accuracy of the choice on the same
examples reports the luck as well. So the validation part chooses, and the test part is
looked at once, at the end, with nothing left to choose.

What holds for a threshold holds for learning rates, numbers of epochs, kinds of models
and seeds. "We kept the model that was best on the test set" says that there was no test.
""",
    hints=(
        "Which part of the data decides about `t` here, and which part says how good "
        "that was?",
        "Let the loop look at the validation part alone. What is left to do with the "
        "test part?",
        "After the loop: `return best, np.mean((test_scores >= best) == test_target)`.",
    ),
    cases=(
        call(
            np.array([0.1, 0.4, 0.6, 0.9]),
            np.array([0, 1, 0, 1]),
            np.array([0.2, 0.5, 0.7]),
            np.array([0, 0, 1]),
        ),
        call(
            np.array([0.1, 0.25, 0.15, 0.35, 0.3]),
            np.array([0, 1, 0, 0, 0]),
            np.array([0.3, 0.1, 0.2, 0.6, 0.9, 0.85, 0.0]),
            np.array([1, 0, 1, 0, 1, 0, 0]),
        ),
        call(
            np.array([2.0, -1.0, 0.5, 3.0, 1.0]),
            np.array([1, 0, 1, 1, 0]),
            np.array([0.4, 0.7, 2.5, -2.0]),
            np.array([1, 0, 1, 0]),
        ),
    ),
    misconceptions={
        "still_on_the_test": Misconception(
            _chosen_on_test,
            "The threshold is still chosen on the test part. Let the loop look at "
            "`val_scores` and `val_target`.",
        ),
        "candidates_of_the_validation_part": Misconception(
            _candidates_of_validation,
            "The thresholds tried are those of the validation part now, but the test "
            "part still decides which is best. Take the accuracy in the loop from the "
            "validation part.",
        ),
        "candidates_of_the_test_part": Misconception(
            _candidates_of_test,
            "The validation part decides now, but the thresholds that it may choose "
            "from are the test part's scores. Those are not known yet: try "
            "`np.unique(val_scores)`.",
        ),
        "two_lines_mixed": Misconception(
            _two_lines_mixed,
            "The validation part decides now. But the thresholds that it may choose "
            "from are still the test part's scores, and the accuracy reported is that "
            "of the validation part, on which the threshold was chosen.",
        ),
        "never_tested": Misconception(
            _never_tested,
            "The threshold is right. But the accuracy reported is that of the "
            "validation part, on which it was chosen, so that the luck is in it. "
            "Measure it on the test part.",
        ),
        "chosen_on_both": Misconception(
            _pooled,
            "The threshold is chosen on both parts together: the test part has a say "
            "in what it is to judge.",
        ),
        "reported_on_both": Misconception(
            _reported_on_both,
            "The threshold is right. But the accuracy is that of both parts together, "
            "and the validation part has chosen the threshold. Use the test part "
            "alone.",
        ),
        "parts_exchanged": Misconception(
            _tuned_and_validated,
            "Now the test part chooses and the validation part judges: that is honest "
            "as well, but the names are there so that everybody knows which is kept "
            "for the end. Exchange the two.",
        ),
        "highest_of_equals": Misconception(
            _on_validation(last=True),
            "Chosen and judged on the right parts. But where several thresholds are "
            "equally good, the lowest is asked for: `>` in the loop, not `>=`.",
        ),
        "above_alone": Misconception(
            _above_alone,
            "Chosen and judged on the right parts. But an example whose score equals the "
            "threshold is called positive: `>=`, not `>`.",
        ),
        "as_they_come": Misconception(
            _as_they_come,
            "Chosen and judged on the right parts. But where several thresholds are "
            "equally good, the lowest is asked for, not the first to come: go through "
            "`np.unique(val_scores)`, which are sorted.",
        ),
        "one_half": Misconception(
            _always_one_half,
            "The threshold is fixed at 0.5. Scores need not be probabilities: choose "
            "among the scores of the validation part.",
        ),
    },
)

# ----------------------------------------------------------- code: is 0.8 right 8 times?


def _calibration_error(p, y, n_bins):
    bins = np.minimum((p * n_bins).astype(int), n_bins - 1)
    error = 0.0
    for b in range(n_bins):
        inside = bins == b
        if inside.any():
            gap = abs(y[inside].mean() - p[inside].mean())
            error += inside.mean() * gap
    return error


def _gaps(p, y, n_bins, last=True, centre=False, right=False):
    """For each bin: its share of the examples, and the gap with its sign, or nan."""
    bins = (p * n_bins).astype(int)
    bins = np.minimum(bins, n_bins - 1) if last else bins
    weights, gaps = [], []
    for b in range(n_bins):
        inside = bins == b
        weights.append(inside.mean())
        if not inside.any():
            gaps.append(np.nan)
            continue
        mean = (b + 0.5) / n_bins if centre else p[inside].mean()
        happened = (p >= 0.5) == y if right else y
        gaps.append(happened[inside].mean() - mean)
    return np.array(weights), np.array(gaps)


def _weighed(p, y, n_bins, **kwargs):
    weights, gaps = _gaps(p, y, n_bins, **kwargs)
    return np.nansum(weights * abs(gaps))


def _zero_is_lost(p, y, n_bins):
    """Bins that hold their upper edge and not their lower one."""
    bins, error = np.ceil(p * n_bins) - 1, 0.0
    for b in range(n_bins):
        if (inside := bins == b).any():
            error += inside.mean() * abs(y[inside].mean() - p[inside].mean())
    return error


def _nearest_of_the_bins(p, y, n_bins):
    bins = np.round(p * (n_bins - 1))
    return sum(abs((y - p)[bins == b].sum()) for b in range(n_bins)) / len(p)


def _empty_bins_are_nan(p, y, n_bins):
    weights, gaps = _gaps(p, y, n_bins)
    return np.sum(weights * abs(gaps))


def _gap_alone(p, y, n_bins):
    return np.nanmean(abs(_gaps(p, y, n_bins)[1]))


def _over_all_bins(p, y, n_bins):
    return np.nansum(abs(_gaps(p, y, n_bins)[1])) / n_bins


def _signs_kept(p, y, n_bins):
    weights, gaps = _gaps(p, y, n_bins)
    return np.nansum(weights * gaps)


def _largest_gap(p, y, n_bins):
    return np.nanmax(abs(_gaps(p, y, n_bins)[1]))


def _gap_squared(p, y, n_bins):
    weights, gaps = _gaps(p, y, n_bins)
    return np.nansum(weights * gaps**2)


CALIBRATION = Exercise(
    name="trusting.calibration",
    title="Does 0.8 happen eight times in ten?",
    kind="code",
    minutes=9,
    statement=r"""
A model gives probabilities `p` of class 1, and `y` says what happened (0 or 1). If `p` is
to be trusted, then of the examples with $p$ near 0.8 about 80 % are ones.

Write `calibration_error(p, y, n_bins)`. Divide the range from 0 to 1 into `n_bins` bins of
one width. Bin $b$ holds $n_b$ of the $N$ examples. Take its gap, the distance between the
share of ones and the mean probability in it, and weigh it by the share of the examples:

$$\sum_b \frac{n_b}{N} \left| \bar y_b - \bar p_b \right|$$

Empty bins count nothing. $p = 0$ belongs to the first bin and $p = 1$ to the last; no
`p` lies on an edge between two bins here.
""",
    starter=(
        "def calibration_error(p, y, n_bins):\n"
        "    # your code in place of the dots\n    ...\n"
    ),
    answer=_calibration_error,
    explanation=r"""
This is the *expected calibration error*. `(p * n_bins).astype(int)` is the number of the
bin, and `np.minimum` brings $p = 1$ back into the last one.

The absolute value stands inside the sum: a model that is too sure above 0.5 and too unsure
below has gaps of both signs, and they must not cancel. What is left of the sum without it
is the difference between the mean of `p` and the share of ones.

A small error does not make a good model. Whoever says 0.3 for everybody, where 30 % are
ones, is perfectly calibrated and tells nobody apart. And the number depends on the bins:
report how many there were.
""",
    hints=(
        "Which bin does `p = 0.37` fall into, with 5 bins? Which arithmetic says so?",
        "`(p * n_bins).astype(int)` numbers the bins; 1.0 comes out one too high. For "
        "one bin, `inside = bins == b` picks its examples: there take `y[inside]` and "
        "`p[inside]`.",
        "Add `inside.mean() * abs(y[inside].mean() - p[inside].mean())` for each bin "
        "that has examples: `inside.mean()` is its share of them all.",
    ),
    cases=(
        call(np.array([0.1, 0.3, 0.8, 0.9]), np.array([0, 1, 1, 1]), 2),
        call(
            np.array([0.05, 0.15, 0.3, 0.7, 0.7, 0.95, 1.0]),
            np.array([0, 1, 0, 1, 0, 1, 0]),
            5,
        ),
        call(np.array([0.55, 0.95, 0.75, 0.45, 0.2]), np.array([1, 1, 0, 0, 1]), 3),
        call(np.array([0.0, 0.6, 0.9]), np.array([1, 0, 1]), 7),
        call(np.array([0.3, 0.3, 0.3, 0.3, 0.8]), np.array([0, 1, 0, 0, 0]), 2),
    ),
    misconceptions={
        "bins_count_alike": Misconception(
            _gap_alone,
            "The gaps are averaged over the bins that have examples, so that one "
            "example alone in its bin counts as much as a hundred. Weigh each by n_b / "
            "N.",
        ),
        "over_all_bins": Misconception(
            _over_all_bins,
            "The sum of the gaps is divided by the number of bins. Weigh each gap by "
            "n_b / N in its place: more bins are to change nothing where they are "
            "empty.",
        ),
        "signs_kept": Misconception(
            _signs_kept,
            "The gaps keep their signs and cancel. Take the absolute value inside the "
            "sum, one bin at a time.",
        ),
        "absolute_too_late": Misconception(
            lambda p, y, n_bins: abs(_signs_kept(p, y, n_bins)),
            "The absolute value is taken of the whole sum, where gaps of both signs "
            "have cancelled: this is the mean of p against the share of ones, without "
            "any bins. Take it one bin at a time.",
        ),
        "centre_of_the_bin": Misconception(
            lambda p, y, n_bins: _weighed(p, y, n_bins, centre=True),
            "The share of ones is compared with the middle of the bin. Compare it with "
            "the mean of the probabilities that are in it.",
        ),
        "one_is_lost": Misconception(
            lambda p, y, n_bins: _weighed(p, y, n_bins, last=False),
            "p = 1 is in no bin: its number comes out as `n_bins`, one too high. It "
            "belongs to the last bin.",
        ),
        "zero_is_lost": Misconception(
            _zero_is_lost,
            "p = 0 is in no bin: each bin takes its upper edge and leaves out its lower "
            "one. p = 0 belongs to the first bin.",
        ),
        "nearest_of_the_bins": Misconception(
            _nearest_of_the_bins,
            "`np.round(p * (n_bins - 1))` makes the first and the last bin half as wide as "
            "the others. Bins of one width: `(p * n_bins).astype(int)`.",
        ),
        "weighed_by_the_bins": Misconception(
            lambda p, y, n_bins: len(p) / n_bins * _weighed(p, y, n_bins),
            "The gaps are weighed by n_b over the number of bins. Divide n_b by N, the "
            "number of examples.",
        ),
        "empty_bins_are_nan": Misconception(
            _empty_bins_are_nan,
            "The mean of an empty bin is nan, and nan spoils the sum. Leave empty bins "
            "out.",
        ),
        "largest_gap": Misconception(
            _largest_gap,
            "This is the largest gap. Asked for is the sum of all gaps, each weighed "
            "by n_b / N.",
        ),
        "squared": Misconception(
            _gap_squared,
            "The gaps are squared. Take their absolute values.",
        ),
        "right_answers": Misconception(
            lambda p, y, n_bins: _weighed(p, y, n_bins, right=True),
            "The share of right answers is compared with p. But p is the probability "
            "of class 1: compare it with the share of ones.",
        ),
        "single_examples": Misconception(
            lambda p, y, n_bins: np.mean(abs(p - y)),
            "This is the mean distance of p from y, one example at a time. Take means "
            "within each bin first: whether 0.8 was right shows only in many.",
        ),
        "brier": Misconception(
            lambda p, y, n_bins: np.mean((p - y) ** 2),
            "This is the Brier score, the mean of (p - y)². It has no bins, and tells "
            "of more than the calibration.",
        ),
        "summed_over_examples": Misconception(
            lambda p, y, n_bins: len(p) * _weighed(p, y, n_bins),
            "The gaps are weighed by n_b. Divide by N: by the bin's share of the "
            "examples.",
        ),
    },
)

# ------------------------------------------------------------ open: an honest estimate


def _estimate(choose, fit, x, y):
    right = np.zeros(len(x))
    for test in np.array_split(np.arange(len(x)), 10):
        train = np.setdiff1d(np.arange(len(x)), test)
        columns = choose(x[train], y[train])
        predict = fit(x[train][:, columns], y[train])
        right[test] = predict(x[test][:, columns]) == y[test]
    return right.mean()


_CHOSEN_FIRST = """\
def estimate(choose, fit, x, y):
    # ten columns are left
    x = x[:, choose(x, y)]
    right = []
    for test in np.array_split(np.arange(len(x)), 10):
        train = np.setdiff1d(np.arange(len(x)), test)
        predict = fit(x[train], y[train])
        right.extend(predict(x[test]) == y[test])
    return np.mean(right)
"""

_ROWS, _COLUMNS, _CHOSEN, _DRAWS = 60, 300, 10, 40
_OFF, _MISS = 0.08, 0.09


def _choose(x, y):
    """The columns in which the classes' means differ most."""
    gap = np.abs(x[y == 1].mean(axis=0) - x[y == 0].mean(axis=0))
    return np.argsort(-gap / x.std(axis=0))[:_CHOSEN]


def _fit(x, y):
    """Return predict(x): the class whose mean is nearest."""
    means = np.array([x[y == k].mean(axis=0) for k in (0, 1)])
    return lambda x: ((x[:, None] - means) ** 2).sum(axis=2).argmin(axis=1)


def _drawn(rng, n, shift):
    """Rows of noise; `shift` moves ten columns of class 1."""
    y = rng.permutation(np.arange(n) % 2)
    x = rng.normal(size=(n, _COLUMNS))
    x[:, :_CHOSEN] += shift * y[:, None]
    return x, y


@lru_cache(maxsize=2)
def _sets(shift):
    """Data sets, and the accuracy that the procedure really has after each."""
    found = []
    for draw in range(_DRAWS):
        rng = np.random.default_rng(1000 + draw)
        x, y = _drawn(rng, _ROWS, shift)
        columns = _choose(x, y)
        new, truth = _drawn(rng, 1000, shift)
        found.append((x, y, np.mean(_fit(x[:, columns], y)(new[:, columns]) == truth)))
    return found


def _said_and_true(answer, shift):
    """What the answer estimates for each data set, and what is true; or a sentence."""
    said = []
    for x, y, _ in _sets(shift):
        given = answer(_choose, _fit, x.copy(), y.copy())
        number = numeric(snapshot(given))
        if number is None or number.size != 1 or number.dtype.kind == "c":
            came = kind_of(snapshot(given))
            return f"`estimate` should give back one number, and {came} came."
        number = float(number.reshape(()))
        if not 0 <= number <= 1:
            return (
                f"`estimate` gives {number:.4g}. An accuracy is a share, from 0 to 1."
            )
        said.append(number)
    return np.array(said), np.array([true for *_, true in _sets(shift)])


def _why_not_honest(answer):
    """Say what keeps an estimate from being trusted, or None."""
    found = {}
    for name, shift in (("noise", 0.0), ("signal", 0.8)):
        found[name] = _said_and_true(answer, shift)
        if isinstance(found[name], str):
            return found[name]
    return _off_on_noise(*found["noise"]) or _off_on_signal(*found["signal"])


def _off_on_noise(said, true):
    told = (
        f"Where the labels are tosses of a coin, the mean of your {_DRAWS} estimates is "
        f"{said.mean():.0%}, and on new rows the procedure gets {true.mean():.0%}. "
    )
    if said.mean() > true.mean() + 0.35:
        return told + (
            "That much comes of testing on rows that were trained on. Hold rows back, "
            "from `choose` and from `fit`."
        )
    if said.mean() > true.mean() + _OFF:
        return told + (
            "Something has seen the labels of the rows that it is tested on: did "
            "`choose` look at all rows? It belongs to what is being judged. Call it on "
            "the training rows alone, anew for each split."
        )
    if said.mean() < true.mean() - _OFF:
        return told + (
            "That is too low. Do the columns chosen, and the rows, belong to each other "
            "in `fit` and in `predict`?"
        )
    return None


def _off_on_signal(said, true):
    told = (
        f"Where ten columns do tell something, the mean of your {_DRAWS} estimates is "
        f"{said.mean():.0%}, and on new rows the procedure gets {true.mean():.0%}. "
    )
    if said.mean() < true.mean() - _OFF:
        return told + (
            "That is too low. Is a large part of the rows held back, so that `choose` "
            "and `fit` have much fewer to learn from than they will have in use? Or did "
            "`choose` look at the tested rows alone? Or is the data not looked at?"
        )
    if said.mean() > true.mean() + _OFF:
        return told + "That is too high: where do tested rows take part in training?"
    if (miss := np.sqrt(np.mean((said - true) ** 2))) > _MISS:
        return (
            f"On average your estimates are right, but a single one misses by "
            f"{100 * miss:.1f} points (root mean square), and at most "
            f"{100 * _MISS:.0f} are allowed. A few tested rows say little, and few rows "
            "to train on make it too low: test every row once, in five folds or more, "
            "or average over many splits."
        )
    return None


HONEST_ESTIMATE = Exercise(
    name="trusting.honest_estimate",
    title="How good is it really?",
    kind="open",
    minutes=14,
    statement=r"""
Sixty rows with 300 columns each, and labels 0 and 1: more columns than rows, as with
genes. The procedure to be judged has two steps:

```python
# the ten columns in which the classes differ most
columns = choose(x, y)
# predict(rows): the class whose mean is nearest
predict = fit(x[:, columns], y)
```

In use, `predict(new[:, columns])` then says the classes of new rows. You have no new rows.
Write `estimate(choose, fit, x, y)`: from the sixty alone, estimate the accuracy that the
procedure will have on new ones.

The estimate below divides the rows into ten folds, as one should, and yet it promises
about 80 % where the labels are tosses of a coin.

The checker draws 40 data sets of this sort and 40 in which ten columns do tell
something, and compares with 1000 new rows. On average your estimates must be right
within 8 points in both sorts, and in the second a single one within 9 (the root of the
mean squared miss).
How you divide the rows is yours to choose.
""",
    starter=_CHOSEN_FIRST,
    answer=_estimate,
    explanation=r"""
`choose` learns from the labels, so it belongs to what is being judged. Called on all sixty
rows, it finds ten columns that agree with the labels by chance, those of the test rows
included; after that no division of the rows helps. Called inside the loop, on the training
rows of each fold, it may choose other columns each time. That is right: judged is the
procedure, not one set of columns.

A single hold-out is honest too, but twelve rows are few: its estimate is off by ten points
or more. With half of the rows held back there are more to test on, but less
to learn from, and the estimate is too low. Ten folds, or more, test every row once and
train on nearly all.

This mistake has been found in published studies of gene data: Ambroise and McLachlan,
"Selection bias in gene extraction on the basis of microarray gene-expression data" (2002).
""",
    hints=(
        "Which rows has `choose` seen when a fold is tested? It looks at labels, just "
        "as `fit` does.",
        "Everything that learns from labels goes into the loop: first `choose` and "
        "then `fit`, both on the rows of the training part.",
        "In the loop: `columns = choose(x[train], y[train])`, then "
        "`fit(x[train][:, columns], y[train])`, and test on `x[test][:, columns]`.",
    ),
    accept=_why_not_honest,
    seconds=20.0,
)

EXERCISES = [
    TEN_LETTERS,
    RARE,
    CONFUSION,
    RECALL,
    ROC_AXIS,
    AUC,
    CALIBRATION,
    SCALED_FIRST,
    FOLDS,
    THRESHOLD,
    HONEST_ESTIMATE,
]
