"""Signing for those who ask: senders and readers of records, and signers who have nothing but their link."""
