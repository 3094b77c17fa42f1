"""Stories of dishonest people, each of which ends without the article in the wrong hands."""
