"""The engine on PostgreSQL: data, audiences and working tables in schemas of one database."""
