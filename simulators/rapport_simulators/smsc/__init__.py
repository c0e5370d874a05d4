"""A message centre for tests and demonstrations: SMPP 3.4 over TCP, driven over HTTP."""
