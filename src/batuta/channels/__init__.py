"""Channels: the ways out of the house."""
