"""Outbound webhooks: the department's software is told what happened."""
