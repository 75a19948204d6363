"""Errors, problems, identifiers, clock and text: what every room needs, and nothing of campaigns."""
