"""Email: transports."""
