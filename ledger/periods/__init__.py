"""Months, quarters and years: what is closed, what closing asks for, and the totals that it leaves."""
