"""Logs and metrics; anything but domain and routing may use it."""
