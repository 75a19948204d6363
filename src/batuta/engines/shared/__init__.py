"""What engines that keep their tables in a database have in common, whatever the database is.

It speaks to one through a `Session`, and names tables by the engine's `Addresses`.
"""
