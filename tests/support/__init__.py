"""What tests of several rooms lean on: real databases, a stopped clock, repeatable randomness."""
