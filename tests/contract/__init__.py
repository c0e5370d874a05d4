"""Channels against their providers' contracts."""
