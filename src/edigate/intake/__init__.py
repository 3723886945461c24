"""Where deposits enter the gate."""
