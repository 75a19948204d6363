"""The DuckDB engine: data and working tables in two files of the home, owned by one process."""
