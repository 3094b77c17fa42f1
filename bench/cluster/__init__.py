"""A cluster on this machine: real machines in all but their kernel.

Each is a container of systemd-nspawn with a network namespace of its own. It begins as this machine
is (an overlay over its root), is made by `deploy/install` as an operator makes it, and runs the
units and configurations of `deploy/` by systemd itself. Everything is named `dakiya-…` and lies
under /var/lib/dakiya-cluster, so that what an earlier run left is found without notes.
"""
