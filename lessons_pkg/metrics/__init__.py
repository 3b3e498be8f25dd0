"""Metrics: how good are the predictions, and is one model better than another?

Shapes: N examples, C classes. Classes are whole numbers from 0. The prediction comes
first, as in a loss; in scikit-learn the truth comes first. Where scikit-learn warns that
something is undefined and gives 0 or nan, these raise a ValueError that says why.
"""

from .calibration import (
    brier_score,
    calibration_curve,
    expected_calibration_error,
    log_loss,
)
from .classification import (
    accuracy,
    balanced_accuracy,
    confusion_matrix,
    majority_accuracy,
)
from .comparison import (
    PairedDifference,
    bootstrap_interval,
    mcnemar,
    paired_difference,
)
from .edits import edit_distance, error_rate
from .forecasts import (
    interval_coverage,
    mean_absolute_scaled_error,
    pinball_loss,
)
from .language import bits_per_token, perplexity
from .overlap import box_iou, dice, mask_iou
from .ranking import average_precision, precision_recall_curve, roc_auc, roc_curve
from .rates import f1, precision, recall, specificity
from .regression import mean_absolute_error, mean_squared_error, r2

__all__ = [
    "PairedDifference",
    "accuracy",
    "average_precision",
    "balanced_accuracy",
    "bits_per_token",
    "bootstrap_interval",
    "box_iou",
    "brier_score",
    "calibration_curve",
    "confusion_matrix",
    "dice",
    "edit_distance",
    "error_rate",
    "expected_calibration_error",
    "f1",
    "interval_coverage",
    "log_loss",
    "majority_accuracy",
    "mask_iou",
    "mcnemar",
    "mean_absolute_error",
    "mean_absolute_scaled_error",
    "mean_squared_error",
    "paired_difference",
    "perplexity",
    "pinball_loss",
    "precision",
    "precision_recall_curve",
    "r2",
    "recall",
    "roc_auc",
    "roc_curve",
    "specificity",
]
