"""Deciding about envelopes: sending a document to be signed, and what signers, senders and the clock do then."""
