"""Statistics: pure functions from tables to tables."""
