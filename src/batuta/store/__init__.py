"""The store: what Batuta remembers, in a state database."""
