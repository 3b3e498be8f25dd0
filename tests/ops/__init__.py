"""Tests of lessons_pkg.ops, with the two helpers that they share."""
