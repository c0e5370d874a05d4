"""Connectors: a folder per channel, each independent of the others, on a contract in `sdk`."""
