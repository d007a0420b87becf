"""Promo codes: finding good ones that nobody has, and handing them to the shop."""
