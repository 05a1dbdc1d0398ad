"""What auditors ask of the books: samples, tests of the population, the pack that is checked without this program."""
