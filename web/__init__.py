"""The web: pages and the REST API over HTTP; it knows the runtime's services and not how they decide or store."""
