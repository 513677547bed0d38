"""A stand-in for a partner's service, for demos and tests: a process and a database of its own, apart from Youju's."""
