"""A gate's ledger moved from its folder to PostgreSQL, its archive and directories to another storage."""
