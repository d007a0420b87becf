"""Tracking links: building them, handing them out, and checking that they lead where they should."""
