"""Tests of the administration in the browser."""
