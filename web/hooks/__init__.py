"""The hooks: what carriers and payment providers call."""
