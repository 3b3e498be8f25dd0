"""The tested package behind the course: deep learning foundations in NumPy.

`ops` holds the mathematics, `data` the data sets, `plots` the figures, `exercises` the
exercises and their checkers. Importing the package itself loads none of them.
"""

__version__ = "0.1.0"
