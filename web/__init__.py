"""The windows onto the service: hooks, API, pages, operator commands."""
