"""Tests of the core: no database, no clock, no network."""
