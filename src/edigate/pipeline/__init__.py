"""The steps of a flow, in order: examine, settle, and what the returns say; functions that touch nothing."""
