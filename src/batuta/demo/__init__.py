"""The demo shop: made-up people and purchases, the same on every machine."""
