"""Ways to damage an input: blind ones, and ones that keep checksums and compression sound above the damage."""

from __future__ import annotations

import gzip
import zlib
from contextlib import suppress
from typing import TYPE_CHECKING

from edigate.sandbox.archives import gzipped
from fuzz.seeds import TOKENS

if TYPE_CHECKING:
    from random import Random

LARGEST = 200_000
"""A small input: more is cut off."""
_NOISE, _HALF = 0.03, 0.5


def made(random: Random, seeds: tuple[bytes, ...]) -> bytes:
    """One input: seldom noise alone, else a seed with a few changes, at times below its compression."""
    if random.random() < _NOISE:
        return random.randbytes(random.randrange(600))
    content = random.choice(seeds)
    if content.startswith(b"\x1f\x8b") and random.random() < _HALF:
        with suppress(OSError, EOFError, zlib.error):
            return gzipped(_tar_summed(_changed(random, gzip.decompress(content), seeds)), 1)
    return _changed(random, content, seeds)


def _changed(random: Random, content: bytes, seeds: tuple[bytes, ...]) -> bytes:
    # Half of them get one change only, past which more of what reads them is reached.
    for _ in range(1 if random.random() < _HALF else random.randrange(1, 12)):
        content = random.choice(_WAYS)(random, content, seeds)
    return content[:LARGEST]


def _place(random: Random, content: bytes) -> int:
    return random.randrange(len(content) + 1)


def _stretch(random: Random, content: bytes) -> tuple[int, int]:
    start = _place(random, content)
    return start, start + random.choice((1, 2, 4, 16, 64, 512, random.randrange(len(content) + 1)))


def _flip(random: Random, content: bytes, _seeds: tuple[bytes, ...]) -> bytes:
    at = _place(random, content)
    return content[:at] + bytes(byte ^ (1 << random.randrange(8)) for byte in content[at : at + 1]) + content[at + 1 :]


def _overwrite(random: Random, content: bytes, _seeds: tuple[bytes, ...]) -> bytes:
    start, end = _stretch(random, content)
    return content[:start] + random.randbytes(min(end - start, 64)) + content[end:]


def _insert(random: Random, content: bytes, _seeds: tuple[bytes, ...]) -> bytes:
    at = _place(random, content)
    return content[:at] + random.choice(TOKENS) * random.choice((1, 1, 1, 3, 200)) + content[at:]


def _replace(random: Random, content: bytes, _seeds: tuple[bytes, ...]) -> bytes:
    start, end = _stretch(random, content)
    return content[:start] + random.choice(TOKENS) + content[end:]


def _delete(random: Random, content: bytes, _seeds: tuple[bytes, ...]) -> bytes:
    start, end = _stretch(random, content)
    return content[:start] + content[end:]


def _repeat(random: Random, content: bytes, _seeds: tuple[bytes, ...]) -> bytes:
    start, end = _stretch(random, content)
    return content[:end] + content[start:end] * random.choice((1, 2, 50)) + content[end:]


def _swap(random: Random, content: bytes, _seeds: tuple[bytes, ...]) -> bytes:
    first, second = sorted((_place(random, content), _place(random, content)))
    third = random.randrange(second, len(content) + 1)
    return content[:first] + content[second:third] + content[first:second] + content[third:]


def _splice(random: Random, content: bytes, seeds: tuple[bytes, ...]) -> bytes:
    other = random.choice(seeds)
    return content[: _place(random, content)] + other[_place(random, other) :]


def _empty_element(random: Random, content: bytes, _seeds: tuple[bytes, ...]) -> bytes:
    """The text of one element is another one's, or none."""
    at = content.find(b">", _place(random, content))
    end = content.find(b"<", at)
    return content if at < 0 or end < 0 else content[: at + 1] + random.choice((b"", *TOKENS)) + content[end:]


def _cut(random: Random, content: bytes, _seeds: tuple[bytes, ...]) -> bytes:
    return content[: _place(random, content)]


_WAYS = (_flip, _overwrite, _insert, _replace, _delete, _repeat, _swap, _splice, _empty_element, _empty_element, _cut)


def _tar_summed(content: bytes) -> bytes:
    """The same tar with right checksums, so that its headers are believed."""
    summed = bytearray(content)
    for block in range(0, len(summed) - 511, 512):
        if summed[block + 257 : block + 262] == b"ustar":
            summed[block + 148 : block + 156] = b" " * 8
            summed[block + 148 : block + 156] = b"%06o\0 " % (sum(summed[block : block + 512]) & 0o777777)
    return bytes(summed)
