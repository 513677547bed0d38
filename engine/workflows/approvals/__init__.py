"""Approvals: who has to agree before a record goes on, and the course of one such question. Pure."""
