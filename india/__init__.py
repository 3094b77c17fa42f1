"""What would change for another country: calendar, money, telephone numbers. Pure."""
