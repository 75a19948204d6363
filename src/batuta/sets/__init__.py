"""The algebra of populations: pure descriptions of sets that engines make into tables."""
