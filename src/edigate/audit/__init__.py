"""Proof for years: whether chain, ledger and archive are as they were written, and one flow's story for others."""
