"""Speaking to others: HTTP, mail and robots, past the egress guard and with secrets by reference; knows no database."""
