"""Personal data: how long it is kept, how it is handed out, how it is forgotten."""
