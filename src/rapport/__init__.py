"""Rapport: an open-source contact centre for digital channels."""
