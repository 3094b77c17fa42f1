"""The web interface of the service: hooks, API, pages, operator commands."""
