"""What the help desk reads: search, timeline, sprints, tickets, figures."""
