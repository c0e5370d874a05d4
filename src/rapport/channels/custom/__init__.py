"""A channel of one's own: signed JSON in, signed JSON out."""
