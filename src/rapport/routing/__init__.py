"""Which waiting task goes to which agent: pure functions of a snapshot (DOMAIN R1, R2)."""
