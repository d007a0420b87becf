"""Follows links as a person's browser would, and says what is lost on the way and where."""
