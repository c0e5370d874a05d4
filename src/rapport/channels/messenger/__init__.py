"""Messenger: conversations of a Facebook page."""
