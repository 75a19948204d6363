"""Engines: populations made into tables."""
