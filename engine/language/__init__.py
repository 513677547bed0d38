"""The rule language: one small, typed, total expression language with one meaning on every back end."""
