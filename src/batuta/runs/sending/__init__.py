"""Sending: from the plan of a delivery to messages that have left, and a ledger that adds up."""
