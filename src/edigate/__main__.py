"""`python -m edigate` is `edigate`; a worker imports this module once more, and needs nothing of it."""

if __name__ == "__main__":
    from edigate.cli import main

    main()
