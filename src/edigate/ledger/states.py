"""The words that the ledger writes for states, for who only asks: those who write take them from where they write."""

IN_PROGRESS, DECIDED, HELD, DUE = "in_progress", "decided", "held", "due"
"""Of flows and of runs."""
PLANNED, PLACED, PUBLISHED = "planned", "placed", "published"
"""Of deliveries."""
PUT, FETCH, BIG = "put", "fetch", "big"
"""Ways: to a partner, from it, from it for big files."""
NOT_TOLD = 0
"""In place of the life cycle that tells a status: nobody is told of it."""
INVOICE, RECEIPT = "invoice", "receipt"
"""What a line of a partner's report is about."""
