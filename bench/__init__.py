"""The bench: how fast the gate is beside the least that a durable gate must do, and beside xmllint."""
