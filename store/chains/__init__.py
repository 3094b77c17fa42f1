"""Digests of what nobody may rewrite, chained per day (docs/developing/trust.md rule 12)."""
