"""The parts that every API call shares: operations, problems, idempotency, the OpenAPI document."""
