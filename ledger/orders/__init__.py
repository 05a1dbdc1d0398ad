"""Payment orders: their stages, who may move them, what each move posts, and the proof of the signature."""
