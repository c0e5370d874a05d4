"""`rapport bench`: figures of an unmodified `rapport serve`, with the raw limits beside them.

Every benchmark starts a server of its own on a data directory of its own, drives it from another
process over loopback, counts afterwards what is in the tables, and prints one JSON object.
"""
