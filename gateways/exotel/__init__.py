"""Exotel: voice calls by a flow of its applets. Its texts are a profile."""
