"""A fictional year and a half of the three accounts, to see the whole product at work."""
