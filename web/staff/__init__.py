"""What the rooms of the staff share: sign-in, roles, layout, money, times, tables."""
