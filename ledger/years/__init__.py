"""The end of a financial year: transfers cleared, result, opening entries of the next year."""
