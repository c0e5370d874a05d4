"""Customers and providers that speak the public protocols over real sockets."""
