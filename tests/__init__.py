"""The tests: by area, with the machinery they share in modules at the top."""
