"""The gate's book: what was deposited, decided, planned and handed over."""
