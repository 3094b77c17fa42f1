"""Africa's Talking: texts, USSD, voice calls, account."""
