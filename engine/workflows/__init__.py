"""Workflows: the states that a form's records go through and who may move them. Pure; knows no record of its own."""
