"""From raw vintages to tidy tables: one module a publisher, pure functions, no files."""
