"""The tools of operators: health, metrics, the doctor."""
