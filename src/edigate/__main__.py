"""`python -m edigate` is `edigate`."""

from edigate.cli import main

if __name__ == "__main__":
    main()
