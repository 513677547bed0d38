"""Signing a document: who is asked and when, what each of them does, and the chain of what was done."""
