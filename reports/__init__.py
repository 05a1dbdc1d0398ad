"""One computed dataset per report, then its renderers: screen, JSON, CSV, workbook, exchange files."""
