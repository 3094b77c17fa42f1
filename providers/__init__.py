"""Whoever takes UPI payments for the department: one contract (base.py), one file each."""
