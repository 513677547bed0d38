"""Encrypted connections for phones on the same network: a certificate authority of one installation, and a front."""
