"""One module per bank file format; each turns bytes into the model of `reconcile.model`."""
