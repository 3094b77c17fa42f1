"""Africa's Talking: texts, voice calls, account."""
