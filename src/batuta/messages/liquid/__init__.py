"""Liquid templates: bounded, escaped, and checked against what they may name before anything is sent."""
