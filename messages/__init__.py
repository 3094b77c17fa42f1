"""Everything that Dakiya says by SMS: a finite catalogue, three languages, exact segments. Pure."""
