"""A small fictional shop that carries the widget, to see it where a customer would."""
