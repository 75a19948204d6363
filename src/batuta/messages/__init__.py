"""Messages: channel configurations, content, rendering, the reasons for leaving someone out, the ledger's identity."""
