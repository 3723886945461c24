"""`python -m edigate` is `edigate`; a worker imports its gate's main module once more, and needs nothing of it."""

import gc

# Objects after which cycles are looked for. What a command loads stays: to look through all of it a hundred times over
# took a tenth of its life.
_BEFORE_COLLECTING = 50_000


def main() -> None:
    """Do what the command line says and end the process."""
    gc.set_threshold(_BEFORE_COLLECTING)
    from edigate import cli  # noqa: PLC0415 - see above

    cli.main()


if __name__ == "__main__":
    main()
