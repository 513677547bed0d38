"""The pages that people use, one module per concern, each with its blueprint."""
