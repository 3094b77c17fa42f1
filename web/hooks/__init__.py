"""The hooks that carriers and payment providers call."""
