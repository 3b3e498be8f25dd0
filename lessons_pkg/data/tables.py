"""Four tables of measurements from scikit-learn, as measured: nothing is scaled."""

import numpy as np

from .collection import Collection

_UCI = "data CC BY 4.0 (UCI); scikit-learn BSD-3-Clause"


def iris():
    """Return 150 iris flowers, 50 of each of three species.

    x : (150, 4) float64 lengths in cm; y : (150,) int64 species.
    Raises ImportError if scikit-learn is not installed.
    """
    return _table(
        "iris",
        source=(
            'R. A. Fisher, "The use of multiple measurements in taxonomic problems", '
            "Annals of Eugenics 7, 1936, from flowers that E. Anderson measured; UCI "
            "Machine Learning Repository, doi 10.24432/C56C76; as shipped in "
            "scikit-learn, which mends two rows that differ at UCI from the paper"
        ),
        licence=_UCI,
        units="all four in cm",
    )


def wine():
    """Return chemical analyses of 178 Italian wines of three growers.

    x : (178, 13) float64; y : (178,) int64 grower.
    Raises ImportError if scikit-learn is not installed.
    """
    return _table(
        "wine",
        source=(
            'S. Aeberhard, M. Forina, "Wine", UCI Machine Learning Repository, 1992, '
            "doi 10.24432/C5PC7J; as shipped in scikit-learn"
        ),
        licence=_UCI,
        units="as measured; the source does not give them. The columns differ in scale",
    )


def breast_cancer():
    """Return 569 samples of breast tissue, each described by its cell nuclei.

    x : (569, 30) float64: ten properties of the nuclei in one image; of each the mean,
        the standard error and the mean of the three largest ("worst")
    y : (569,) int64: 0 is malignant (212), 1 is benign (357). A metric that takes 1 for
        the positive class counts the healthy: for the share of tumours found, ask for
        class 0.
    Raises ImportError if scikit-learn is not installed.
    """
    return _table(
        "breast_cancer",
        source=(
            "W. H. Wolberg, W. N. Street, O. L. Mangasarian, "
            '"Breast Cancer Wisconsin (Diagnostic)", UCI Machine Learning Repository, '
            "1993, doi 10.24432/C5DW2B; as shipped in scikit-learn"
        ),
        licence=_UCI,
        units=(
            "as computed from the images; the source does not give them. "
            "Class 0 is malignant, class 1 benign"
        ),
    )


def diabetes():
    """Return 442 diabetes patients and how far the disease went on in a year.

    x : (442, 10) float64: age, sex (1 or 2; the source does not say which is which),
        body mass index, average blood pressure, and of the serum: total cholesterol tc,
        ldl, hdl, tch = tc / hdl, ltg (possibly the logarithm of triglycerides), glu
        (blood sugar)
    y : (442,) float64, 25 to 346: a measure of progression, a number to predict
    Raises ImportError if scikit-learn is not installed.
    """
    return _table(
        "diabetes",
        source=(
            "B. Efron, T. Hastie, I. Johnstone, R. Tibshirani, "
            '"Least angle regression", Annals of Statistics 32(2), 2004; as shipped in '
            "scikit-learn, there the raw table (scaled=False)"
        ),
        licence="data: the source states none; scikit-learn BSD-3-Clause",
        units="age in years, bmi in kg/m2; the source does not give the others",
        features=("age", "sex", "bmi", "bp", "tc", "ldl", "hdl", "tch", "ltg", "glu"),
        scaled=False,
    )


def _table(name, *, source, licence, units, features=None, **options):
    shipped = _loader(name)(**options)
    classes = tuple(str(c) for c in shipped.get("target_names", ()))
    names = (f.removesuffix(" (cm)").replace("_", " ") for f in shipped.feature_names)
    return Collection(
        name=name,
        x=shipped.data.astype(np.float64),
        y=shipped.target.astype(np.int64 if classes else np.float64),
        class_names=classes,
        source=source,
        licence=licence,
        units=units,
        features=features or tuple(names),
    )


def _loader(name):
    try:
        from sklearn import datasets
    except ImportError:
        raise ImportError(
            f"data.{name}: the table comes with scikit-learn, which is not installed. "
            f"Install it with: python -m pip install scikit-learn"
        ) from None
    return getattr(datasets, f"load_{name}")
