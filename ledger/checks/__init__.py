"""The checks of `pcaes verify`: each recomputes one rule from nothing and lists what breaks it."""
