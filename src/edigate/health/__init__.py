"""What ails a gate: checks of its settings, ledger, folders, partners and disk, and how to mend what they find."""
