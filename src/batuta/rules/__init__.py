"""Rules: trees of conditions and typed expressions that select rows of a dimension."""
