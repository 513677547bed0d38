"""Sealing PDFs: an authority of the installation's own, and signatures that any reader of PDF can verify."""
