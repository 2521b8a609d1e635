"""From tables, charts and numbers to the website, the brief and the downloads."""
