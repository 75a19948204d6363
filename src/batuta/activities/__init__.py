"""The palette: one folder per kind of activity."""
