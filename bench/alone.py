"""A measure's `main` in a process whose own main module imports nothing.

`python -m bench.alone MODULE ARGUMENTS`. Each worker of a gate imports the main module of its process once more: with
`edigate` that is a matter of milliseconds, and so it must be here.
"""

if __name__ == "__main__":
    import sys
    from importlib import import_module

    module = import_module(sys.argv.pop(1))
    sys.exit(module.main())
