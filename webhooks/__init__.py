"""Outbound webhooks: events are sent to the department's software."""
