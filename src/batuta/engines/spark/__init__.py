"""The engine on Spark: it compiles; tables and loads are not its work yet."""
