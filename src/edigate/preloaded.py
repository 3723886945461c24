"""What the fork server imports: a worker's code, and the schemas of invoices compiled once, before any is forked."""

from edigate import catalogue
from edigate.engine import worker

worker.compile_schemas(catalogue.schema_folder())
