"""The front of the web server: connections, bodies and queues, before a thread is taken.

granian speaks HTTP and calls `Front` by RSGI on an event loop. There a request's body is read, with
a limit and a deadline, and only then the request waits for a thread of its room: hooks, API, pages
and signs of life share none. So whoever dawdles, at either end, costs a connection and no thread.
"""
