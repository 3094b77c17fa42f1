"""The machines of the postman: handover, remarks, undo, the beat, a new telephone."""
