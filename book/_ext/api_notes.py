"""What the API reference cannot read from the code. tests/test_reference.py holds it true."""

SENTENCES = {}
NO_COUNTERPART = {}
DIFFERENCES = {}
