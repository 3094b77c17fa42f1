"""The payment providers that accept UPI for the department: one contract (base.py), a file each."""
