"""The Python back end, the reference of the others: a typed tree becomes a code object."""
