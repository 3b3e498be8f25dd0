"""Tests of lessons_pkg.data."""
