"""Batuta runs orchestrated campaigns over relational data."""
