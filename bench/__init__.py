"""The benchmark: a campaign against hand-written SQL that does the same work."""
