"""Data files shipped with the books: they are configuration, dated and with their sources, never constants."""
