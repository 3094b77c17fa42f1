"""Services that say of a telephone what it is: one file each, chosen by NUMBER_LOOKUP."""
