"""Backups of a gate: made while it runs, given back into an empty folder, and compared there with what went on since.

| in the backup's folder | |
|---|---|
| `archive/<day>/<sha256>` | every deposit, shared by all generations |
| `directory/<version>.sqlite` | the versions of the directory, shared as well |
| `generations/<time>/` | one backup: ledger, settings, schemas, keys if wanted, manifest |
"""
