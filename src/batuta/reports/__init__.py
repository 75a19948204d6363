"""Reports: questions about the past."""
