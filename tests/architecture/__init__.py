"""What holds for the whole source tree."""
