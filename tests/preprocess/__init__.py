"""Tests of lessons_pkg.preprocess, most of them against scikit-learn."""
