"""YAML as configuration files use it: plain values of YAML 1.2, every value with its line.

Of YAML 1.1's surprises none is left: `no` is a word, `09:00` and `2026-12-24` are text, keys are
always text, and a key given twice is an error.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import yaml
from typing_extensions import override

from rapport.domain.errors import Invalid

LARGEST = 2_000_000
MOST_VALUES = 200_000
Path = tuple[str | int, ...]
_PLAIN = (
    ("null", re.compile(r"(?:~|null|Null|NULL|)\Z"), ["~", "n", "N", ""]),
    ("bool", re.compile(r"(?:true|True|TRUE|false|False|FALSE)\Z"), list("tTfF")),
    ("int", re.compile(r"[-+]?[0-9]+\Z"), list("-+0123456789")),
    (
        "float",
        re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z"),
        list("-+.0123456789"),
    ),
)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a document, and on which line."""

    path: Path
    message: str
    line: int | None

    @override
    def __str__(self) -> str:
        where = ".".join(str(step) for step in self.path)
        place = f"line {self.line}: " if self.line is not None else ""
        return f"{place}{where}: {self.message}" if where else f"{place}{self.message}"


class DocumentRefused(Invalid):
    """A document that cannot be applied; nothing has changed."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = sorted(faults, key=lambda fault: (fault.line or 0, fault.message))
        fields = [
            {"path": ".".join(map(str, f.path)), "message": f.message, "line": f.line}
            for f in self.faults
        ]
        count = "One thing" if len(faults) == 1 else f"{len(faults)} things"
        message = f"{count} in this document must be put right; nothing has been changed."
        super().__init__("invalid_document", message, {"fields": fields})


@dataclass(slots=True)
class Parsed:
    """A document's values, where each stands, and what is wrong with its form."""

    data: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def line(self, path: Path) -> int | None:
        """The line of a value, or of the nearest that stands around it."""
        while path not in self.lines and path:
            path = path[:-1]
        return self.lines.get(path)

    def fault(self, path: Path, message: str) -> None:
        """Note something wrong at a path."""
        self.faults.append(Fault(path, message, self.line(path)))


class _Loader(yaml.SafeLoader):
    yaml_implicit_resolvers: dict[Any, Any] = {}  # noqa: RUF012 - PyYAML's own form


class _Dumper(yaml.SafeDumper):
    """Quotes whatever YAML 1.1 or 1.2 might take for something else than text."""


for _tag, _pattern, _first in _PLAIN:
    for _class in (_Loader, _Dumper):
        _class.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", _pattern, _first)
# A time of day is a number to the base of 60 to YAML 1.1.
_Dumper.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile(r"[0-9]+(?::[0-9]+)+"), list("0123456789")
)


def parse(text: str) -> Parsed:
    """Take a document apart.

    Raises:
        DocumentRefused: it is not YAML at all.
    """
    if len(text) > LARGEST:
        raise DocumentRefused([Fault((), f"A document has at most {LARGEST} characters.", None)])
    try:
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        words = " ".join(p for p in (error.context, error.problem) if p)
        raise DocumentRefused([Fault((), words, mark.line + 1 if mark else None)]) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise DocumentRefused([Fault((), "There is an unprintable character.", line)]) from None
    except RecursionError:
        raise DocumentRefused([Fault((), "Values are nested too deeply.", None)]) from None
    parsed = Parsed()
    if node is not None:
        parsed.data = _Builder(parsed).build(node, ())
    return parsed


def dump(data: Any) -> str:
    """YAML text in the order given."""
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100, indent=2)


class _Builder:
    def __init__(self, parsed: Parsed) -> None:
        self._parsed = parsed
        self._count = 0
        self._open: set[int] = set()

    def build(self, node: Any, path: Path) -> Any:
        self._count += 1
        self._parsed.lines.setdefault(path, node.start_mark.line + 1)
        if self._count > MOST_VALUES or id(node) in self._open:
            words = "There are too many values; are aliases nested?"
            raise DocumentRefused([Fault(path, words, node.start_mark.line + 1)])
        self._open.add(id(node))
        try:
            return self._build(node, path)
        finally:
            self._open.discard(id(node))

    def _build(self, node: Any, path: Path) -> Any:
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(child, (*path, i)) for i, child in enumerate(node.value)]
        return self._scalar(node, path)

    def _mapping(self, node: Any, path: Path) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self._parsed.fault(path, "A key must be text.")
                continue
            key, line = key_node.value, key_node.start_mark.line + 1
            if key in result:
                words = f"The key {key!r} is given twice."
                self._parsed.faults.append(Fault((*path, key), words, line))
                continue
            self._parsed.lines[(*path, key)] = line
            result[key] = self.build(value_node, (*path, key))
        return result

    def _scalar(self, node: Any, path: Path) -> Any:
        tag, text = node.tag.rpartition(":")[2], node.value
        if tag == "null":
            return None
        if tag == "bool":
            return text.lower() == "true"
        if tag in {"int", "float"}:
            return self._number(tag, text, path)
        if tag != "str":
            self._parsed.fault(path, f"Values of the type {node.tag!r} are not understood here.")
        return text

    def _number(self, tag: str, text: str, path: Path) -> int | float | None:
        try:
            return int(text) if tag == "int" else float(text)
        except ValueError:  # thousands of digits
            self._parsed.fault(path, "This is not a number.")
            return None
