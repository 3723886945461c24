"""`python -m edigate` is `edigate`; a worker imports its gate's main module once more, and needs nothing of it."""

import gc
import signal
import sys

# Objects after which cycles are looked for. What a command loads stays: to look through all of it a hundred times over
# took a tenth of its life.
_BEFORE_COLLECTING = 50_000
_INTERRUPTED = 130
# Python takes room for calls by 16 KB, and gives it back when the first call in it returns. Where the end of such a
# piece happens to lie below what loads a library, it came and went a thousand times. Room for this many values makes
# the piece that `main` begins one of 128 KB, of which all calls below it have half.
_ROOM = 8200


def main() -> None:
    """Do what the command line says and end the process."""
    gc.set_threshold(_BEFORE_COLLECTING)
    try:
        # A library that is interrupted while it loads may lose the interruption, or tell of it in many lines.
        heard = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        from edigate import cli  # noqa: PLC0415 - see above

        signal.pthread_sigmask(signal.SIG_SETMASK, heard)
        cli.main()
    except KeyboardInterrupt:  # before any command was at work, which would end with the same
        sys.exit(_INTERRUPTED)


main.__code__ = main.__code__.replace(co_stacksize=_ROOM)

if __name__ == "__main__":
    main()
