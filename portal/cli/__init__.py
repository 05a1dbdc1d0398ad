"""The command line `pcaes`, one module per group of commands."""
