"""Reports: what is counted, day by day, and where each number comes from."""
