"""Use cases: one file per verb, at most one transaction each. Depends on domain and routing."""
