"""Tortures the gate: kills, faults by name, full disks, broken lines, wrong clocks; counts what is lost or doubled."""
