"""Turns a dataset into an Excel workbook: styles, live formulas with stored values, proof sheets, fixed bytes."""
