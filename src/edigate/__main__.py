"""`python -m edigate` is `edigate`; a worker imports its gate's main module once more, and needs nothing of it."""


def main() -> None:
    """Do what the command line says and end the process."""
    from edigate import cli  # noqa: PLC0415 - see above

    cli.main()


if __name__ == "__main__":
    main()
