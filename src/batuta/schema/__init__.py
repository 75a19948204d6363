"""Schemas, their attributes, keys and relationships, and the dimensions that campaigns target."""
