"""Matching of bank lines with the lines of the books, as pure functions over frozen rows."""
