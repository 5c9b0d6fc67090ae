"""Shell code of the prompt segments, as data."""
