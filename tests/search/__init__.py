"""Tests of lessons_pkg.search."""
