"""Bank statements: read, store, chain; matching with the books: propose, confirm, sign."""
