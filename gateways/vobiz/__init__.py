"""Vobiz: voice calls, in Plivo's dialect."""
