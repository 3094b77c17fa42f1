"""The dialled menus: the engine of screens, and the screens of recipient and postman."""
