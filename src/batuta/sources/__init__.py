"""Sources: where schemas, files and tables come from."""
