"""The formats the gate writes, one module each: records in, bytes out; valid against the schemas in `schemas/`."""
