"""Jobs: everything that must happen later, from the outbox to its effect; nothing lost, nothing twice."""
