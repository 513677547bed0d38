"""The back ends of the rule language: each turns the same typed tree into something that runs, and all agree."""
