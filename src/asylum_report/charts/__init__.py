"""Charts described once and drawn twice."""
