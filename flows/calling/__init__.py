"""The menus of a call that we made, answered by its keys."""
