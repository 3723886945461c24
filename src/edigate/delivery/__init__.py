"""Where the gate's files leave it."""
