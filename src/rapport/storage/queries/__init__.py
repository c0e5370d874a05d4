"""Read models: what screens need, in bounded queries, with no side effect."""
