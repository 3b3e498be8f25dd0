"""Preprocessing: what is done to data before a model sees it.

Every step learns from the training part alone, with fit, and is applied to any part
with transform. Classes and arguments have scikit-learn's names, and the numbers are
scikit-learn's; what stays silent or warns there is an error here.
N examples, D columns: x is a table (N, D).
"""

from .discretise import KBinsDiscretizer
from .encode import OneHotEncoder
from .impute import SimpleImputer
from .outliers import OutlierClipper
from .pca import PCA
from .pipeline import Columns, Pipeline
from .scale import MinMaxScaler, Normalizer, RobustScaler, StandardScaler
from .split import KFold, StratifiedKFold, train_test_split

__all__ = [
    "PCA",
    "Columns",
    "KBinsDiscretizer",
    "KFold",
    "MinMaxScaler",
    "Normalizer",
    "OneHotEncoder",
    "OutlierClipper",
    "Pipeline",
    "RobustScaler",
    "SimpleImputer",
    "StandardScaler",
    "StratifiedKFold",
    "train_test_split",
]
