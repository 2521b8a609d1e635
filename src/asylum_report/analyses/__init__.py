"""What is asked of the data: which series, which periods, which options; results as tables."""
