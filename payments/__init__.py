"""UPI payments: attempts, what providers are asked, reconciliation with their lists."""
