"""The shelf itself: libxml2 decides on a document, the explainer is asked only about those it refuses."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from lxml import etree

from edigate.domain.faults import fault
from edigate.parsers import _xml
from edigate.xsd import complaints, explain, light, places, sources, wide
from edigate.xsd.allowance import Allowance, Timer
from edigate.xsd.judged import Judged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from edigate.domain.faults import Fault
    from edigate.domain.settings import RuleSettings

    Compiled = Mapping[tuple[sources.SchemaFile, ...], etree.XMLSchema]

_NONE: Mapping[str, Path] = MappingProxyType({})
_NOTHING: Compiled = MappingProxyType({})
# Of fewer bytes no document has so many elements or so much attached that it is judged in parts: an element takes four.
_SMALL = min(4 * wide.MOST, light.HEAVY)


@dataclass(frozen=True, slots=True)
class Limits:
    """How far an explanation goes: the size of a document in bytes (about), seconds, and faults named."""

    size: int = 2_000_000
    seconds: float = 5.0
    faults: int = 50

    @classmethod
    def of(cls, settings: RuleSettings) -> Limits:
        """Those of a site."""
        return cls(size=settings.explained_bytes, seconds=settings.explained_seconds)


_DEFAULT_LIMITS = Limits()


class Shelf:
    """Schemas compiled when first used. Make one per process, or one per thread.

    libxml2 writes its complaints into the schema object: verdicts of two threads that share one stay right, but one
    may read the other's complaints. It lets go of the interpreter's lock meanwhile, so threads with a shelf each gain.
    """

    def __init__(
        self,
        own: Path,
        overrides: Mapping[str, Path] = _NONE,
        *,
        clock: Callable[[], float],
        limits: Limits = _DEFAULT_LIMITS,
        compiled: Compiled = _NOTHING,
    ) -> None:
        """`own` is the folder of edigate's schemas, `overrides` a site's files by key, `clock` counts seconds.

        `compiled` is what another shelf of this process, or of the one that it was forked from, has compiled already.
        `allowance` is what its explanations take of each sender's time.
        """
        self._files = sources.schema_files(own, overrides)
        self._clock = clock
        self._limits = limits
        self.allowance = Allowance(limits.seconds)
        self._compiled = dict(compiled)
        self._judges: dict[str, tuple[etree.XMLSchema, str]] = {}
        self._explainers: dict[str, explain.Explainer] = {}

    def require(self, keys: Iterable[str] = sources.KEYS) -> None:
        """Raise SchemaMissing unless all files of these schemas are there; compiles nothing."""
        for key in keys:
            sources.check(self._files[key])

    def fingerprints(self) -> Mapping[str, sources.SchemaSource]:
        """Where each schema comes from and what it was, for the ledger; SchemaMissing when one is not there."""
        return {key: sources.source(file) for key, file in self._files.items()}

    def faults(self, root: etree._Element, key: str, size: int = _SMALL) -> tuple[Fault, ...]:
        """What is wrong with a document by its schema, in the document's order; empty when it is valid.

        `size` is that of the document in bytes, where it is known: a small one is judged without looking at it before.
        EDG-F106 to EDG-F110. A schema that cannot be used raises SchemaMissing: nothing is ever passed for want of one.
        """
        if key not in self._judges:
            self._judges[key] = self._judge(key)
        schema, namespace = self._judges[key]
        if not root.tag.startswith(namespace):
            return (_other_root(root),)
        entries = self._complaints(root, key, schema) if size >= _SMALL else wide.log(root, schema)
        if not entries:
            return ()
        return self._explained(root, key, schema, entries) or complaints.faults(root, entries[: self._limits.faults])

    def _complaints(self, root: etree._Element, key: str, schema: etree.XMLSchema) -> list[complaints.Entry]:
        """What libxml2 says of a document, nothing of a valid one; of one with very many mistakes, of its beginning."""
        # A site's own schema may want more of a content than that it is base64.
        heavy = light.heavy(root) if self._files[key].package else []
        with light.lightened(heavy) if heavy else nullcontext():
            found = wide.beginning(root, schema, self._limits.faults)
            return found or wide.log(root, schema)

    def compiled(self, key: str) -> etree.XMLSchema:
        """The schema itself, for a document that is judged while it is read (`parsers._xml.stream`)."""
        return self._schema(self._family(key))

    def _explained(
        self, root: etree._Element, key: str, schema: etree.XMLSchema, entries: list[complaints.Entry]
    ) -> tuple[Fault, ...]:
        weight = places.weight(root)
        if weight > self._limits.size or explain.is_unwieldy(root):
            return ()
        if weight + places.weight_of_attributes(root) > self._limits.size:
            return ()
        timer = Timer(self.allowance.left(weight), self._clock)
        if timer.seconds <= 0:
            return ()
        expected = complaints.expected(root, entries[: self._limits.faults])
        is_sound = Judged(root, schema, entries).is_sound
        mistakes = explain.mistakes(lambda: self._explainer(key), root, expected, timer.is_late, is_sound)
        found = explain.within(mistakes, self._limits.faults)
        self.allowance.charge(timer.elapsed(), weight)
        return found

    def _explainer(self, key: str) -> explain.Explainer:
        if key not in self._explainers:
            self._explainers[key] = explain.load(self._files[key].path)
        return self._explainers[key]

    def _judge(self, key: str) -> tuple[etree.XMLSchema, str]:
        """The schema of a key, and how the tag of a root must begin where it knows others besides."""
        family = self._family(key)
        return self._schema(family), f"{{{self._files[key].namespace}}}" if len(family) > 1 else ""

    def _family(self, key: str) -> frozenset[str]:
        """The keys that are compiled together: main files of one folder share most of their memory and load time."""
        file = self._files[key]
        alike = (other.key for other in self._files.values() if other.fence == file.fence and other.namespace)
        return frozenset(alike) if file.namespace else frozenset({key})

    def all_compiled(self) -> Compiled:
        """Every schema that was needed so far, by its files."""
        return MappingProxyType(self._compiled)

    def _schema(self, family: frozenset[str]) -> etree.XMLSchema:
        files = tuple(self._files[key] for key in sorted(family))
        if files not in self._compiled:
            self._compiled[files] = _compile(files)
        return self._compiled[files]


class _Fence(etree.Resolver):
    """Lets libxml2 read the schema's own folder only; what it asks for besides is kept, for it swallows exceptions."""

    def __init__(self, schema: sources.SchemaFile) -> None:
        self.schema = schema
        self.refused: list[sources.SchemaMissing] = []

    def resolve(self, system_url: str, public_id: str, context: object = None) -> None:  # noqa: ARG002 - lxml's words
        """Nothing, which leaves the file to libxml2, or SchemaMissing."""
        try:
            sources.allowed(self.schema, system_url)
        except sources.SchemaMissing as error:
            self.refused.append(error)
            raise


def _compile(files: Sequence[sources.SchemaFile]) -> etree.XMLSchema:
    """One schema that knows the roots of all these files, which lie in one folder."""
    for file in files:
        sources.allowed(file, file.path)
    fence = _Fence(files[0])
    parser = _xml.build(resolver=fence)
    try:
        tree = etree.parse(str(files[0].path), parser) if len(files) == 1 else _wrapper(files, parser)
        schema = etree.XMLSchema(tree)
    except (etree.XMLSchemaParseError, etree.XMLSyntaxError, OSError) as error:
        raise (fence.refused or [sources.unusable(files[0], error)])[0] from error
    if fence.refused:
        raise fence.refused[0]
    return schema


def _wrapper(files: Sequence[sources.SchemaFile], parser: etree.XMLParser) -> etree._ElementTree:
    """A schema in memory that only imports the others."""
    # A namespace of its own: without one, a file imported from no namespace would count as part of the wrapper.
    head = '<schema xmlns="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:edigate:shelf"/>'
    wrapper = etree.fromstring(head, parser)
    for file in files:
        places = {"namespace": file.namespace, "schemaLocation": file.path.as_uri()}
        etree.SubElement(wrapper, "{http://www.w3.org/2001/XMLSchema}import", places)
    return etree.ElementTree(wrapper)


def _other_root(root: etree._Element) -> Fault:
    name = places.name(root.tag, root)
    return fault("EDG-F110", reason=f"{name} is not the root element of this schema").placed(*places.place(root))
