"""Traces by OpenTelemetry, an extra: all of it is here, and nothing below knows of it.

Only `bootstrap` and `cli` import this; its SDK is not imported before a node is traced.
"""
