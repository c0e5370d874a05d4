"""What administrators set: specs as they are written, and the snapshot that rules read."""
