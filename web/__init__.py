"""The web: pages and the REST API over HTTP; it knows the runtime's services and nothing of how they decide or store."""
