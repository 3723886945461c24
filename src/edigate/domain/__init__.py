"""Frozen records of the trade: flows, invoices, faults, verdicts, statuses; nothing here reads or writes."""
