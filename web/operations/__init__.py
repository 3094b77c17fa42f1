"""What operators ask: health, metrics, the doctor."""
