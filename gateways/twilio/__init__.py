"""Twilio: texts, voice calls, account."""
