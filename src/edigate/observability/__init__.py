"""What the gate says of its work."""
