"""Packs: apps in folders, with demo data and the scenarios that they promise; read, verified, installed."""
