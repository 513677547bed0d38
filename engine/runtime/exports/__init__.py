"""Records as files: a viewer's rows in order, as many as there are, as NDJSON, CSV or Excel."""
