"""Writes the Python client's methods and models: `python tools/python_client.py`.

From docs/openapi.json, by a generator of our own, because the API's answers are open objects: what
is worth having are the methods, their parameters and the shapes of what is sent.
"""

from __future__ import annotations

import json
import keyword
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
DOCUMENT = ROOT / "docs" / "openapi.json"
PACKAGE = ROOT / "clients" / "python" / "rapport_client"
HEAD = (
    '"""{}\n\n'
    'Made from the API\'s description by tools/python_client.py; changes here are lost."""\n\n'
)
PREFIX = "/api/v1"
KEY, VERSION = "idempotency-key", "if-match"
PLAIN = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}
Json = dict[str, Any]


def files() -> dict[Path, str]:
    """Every generated file with its text."""
    document = json.loads(DOCUMENT.read_text(encoding="utf-8"))
    models = document["components"]["schemas"]
    groups: dict[str, list[tuple[str, str, Json]]] = {}
    for path, methods in document["paths"].items():
        if path.startswith(PREFIX):
            for method, operation in methods.items():
                tag = operation["tags"][0].replace("-", "_")
                groups.setdefault(tag, []).append((method, path, operation))
    made = {PACKAGE / "models.py": _models(models)}
    for tag, operations in groups.items():
        made[PACKAGE / "api" / f"{tag}.py"] = _group(tag, operations)
    made[PACKAGE / "api" / "__init__.py"] = _index(sorted(groups))
    return {path: _formatted(text) for path, text in made.items()}


def _formatted(text: str) -> str:
    ruff = [sys.executable, "-m", "ruff"]
    for step in (
        [
            *ruff,
            "check",
            "--isolated",
            "--select=F401,I",
            "--config=lint.isort.known-first-party=['rapport_client']",
            "--fix",
            "--quiet",
            "-",
        ],
        [*ruff, "format", "--isolated", "--line-length=100", "-"],
    ):
        done = subprocess.run(step, input=text, capture_output=True, text=True, check=True)
        text = done.stdout
    return text


def _index(tags: list[str]) -> str:
    imports = "\n".join(f"from rapport_client.api.{tag} import {_class(tag)}" for tag in tags)
    fields = "\n".join(f"        self.{tag} = {_class(tag)}(connection)" for tag in tags)
    return (
        HEAD.format("Every group of the API's methods.")
        + "from __future__ import annotations\n\n"
        + imports
        + "\nfrom rapport_client.connection import Connection\n\n\nclass Groups:\n"
        + '    """The API\'s methods by group."""\n\n'
        + "    def __init__(self, connection: Connection) -> None:\n"
        + fields
        + "\n"
    )


def _models(schemas: Json) -> str:
    lines = [
        HEAD.format("What is sent and what is answered, as dictionaries."),
        "from __future__ import annotations\n\n",
        "from typing import Any, Literal, NotRequired, TypeAlias, TypedDict\n\n",
    ]
    aliases, dictionaries = [], []
    for name, schema in schemas.items():
        if "properties" in schema:
            dictionaries.append((name, schema))
        else:
            aliases.append(f'{_class(name)}: TypeAlias = "{_type(schema)}"\n')
    lines += aliases
    for name, schema in dictionaries:
        required = set(schema.get("required", ()))
        fields = ", ".join(
            f"{field!r}: {_field(one, required=field in required)!r}"
            for field, one in schema["properties"].items()
        )
        lines.append(f"{_class(name)} = TypedDict({_class(name)!r}, {{{fields}}})\n")
        if words := _words(schema.get("description", "")):
            lines.append(f'"""{words}"""\n')
    return "".join(lines)


def _field(schema: Json, *, required: bool) -> str:
    found = _type(schema)
    return found if required else f"NotRequired[{found}]"


def _type(schema: Json, prefix: str = "") -> str:
    if "$ref" in schema:
        return prefix + _class(schema["$ref"].rsplit("/", 1)[1])
    if "enum" in schema or "const" in schema:
        values = schema.get("enum", [schema.get("const")])
        return f"Literal[{', '.join(repr(value) for value in values)}]"
    if branches := schema.get("anyOf") or schema.get("oneOf"):
        return " | ".join(dict.fromkeys(_type(one, prefix) for one in branches))
    kind = schema.get("type")
    if kind == "array":
        return f"list[{_type(schema.get('items', {}), prefix)}]"
    if kind == "object":
        inner = schema.get("additionalProperties")
        return f"dict[str, {_type(inner, prefix) if isinstance(inner, dict) else 'Any'}]"
    return PLAIN.get(kind or "", "Any")


def _group(tag: str, operations: list[tuple[str, str, Json]]) -> str:
    lines = [
        HEAD.format(f"Methods of the group {tag}."),
        "from __future__ import annotations\n\n",
        "from typing import Any, Literal\n\n",
        "from rapport_client import models\n",
        "from rapport_client.connection import Connection, segment\n\n\n",
        f'class {_class(tag)}:\n    """Methods of the group {tag}."""\n\n',
        "    def __init__(self, connection: Connection) -> None:\n",
        "        self._connection = connection\n\n",
    ]
    names = dict(_names(operations))
    for method, path, operation in operations:
        lines.append(_method(names[method, path], method, path, operation))
    return "".join(lines)


def _names(operations: list[tuple[str, str, Json]]) -> Iterator[tuple[tuple[str, str], str]]:
    """Each operation's short name; its whole id where two would have the same."""
    short = {
        (method, path): _python(operation["operationId"].split("_api_v1_")[0])
        for method, path, operation in operations
    }
    for key, name in short.items():
        once = list(short.values()).count(name) == 1
        rest = [_python(part) for part in key[1].split("/")[3:] if part and "{" not in part]
        yield key, name if once else f"{key[0]}_{'_'.join(rest)}"


def _method(name: str, method: str, path: str, operation: Json) -> str:
    parameters = operation.get("parameters", [])
    in_path = [p for p in parameters if p["in"] == "path"]
    in_query = [p for p in parameters if p["in"] == "query"]
    headers = {p["name"].lower(): p for p in parameters if p["in"] == "header"}
    arguments = [f"{_python(p['name'])}: {_type(p['schema'], 'models.')}" for p in in_path]
    body = operation.get("requestBody", {}).get("content", {})
    sent = ""
    if "application/json" in body:
        schema = body["application/json"]["schema"]
        optional = not operation["requestBody"].get("required", False)
        arguments.append(
            f"body: {_type(schema, 'models.')}" + (" | None = None" if optional else "")
        )
        sent = ", json=body"
    elif body:
        arguments.append("content: bytes")
        sent = f", content=content, media_type={next(iter(body))!r}"
    named = [_optional(p) for p in in_query if p.get("required")]
    named += [_optional(p) for p in in_query if not p.get("required")]
    if VERSION in headers:
        named.append(
            "version: int" + ("" if headers[VERSION].get("required") else " | None = None")
        )
    if KEY in headers:
        named.append("idempotency_key: str | None = None")
    others = [p for n, p in headers.items() if n not in {KEY, VERSION}]
    named += [_optional(p) for p in others]
    signature = ", ".join(["self", *arguments, *(["*", *named] if named else [])])
    call = [_address(path)]
    if in_query:
        pairs = ", ".join(f"{p['name']!r}: {_python(p['name'])}" for p in in_query)
        call.append(f"query={{{pairs}}}")
    if VERSION in headers:
        call.append("version=version")
    if KEY in headers:
        call.append("idempotency_key=idempotency_key")
    if others:
        pairs = ", ".join(f"{p['name']!r}: {_python(p['name'])}" for p in others)
        call.append(f"headers={{{pairs}}}")
    answer = _answer(operation)
    words = _words(operation.get("description") or operation.get("summary", ""))
    how = "read" if answer == "bytes" else "call"
    given = f"{method.upper()!r}, {', '.join(call)}{sent}"
    return textwrap.indent(
        f"def {name}({signature}) -> {answer}:\n"
        f'    """{words}"""\n'
        f"    answer: {answer} = self._connection.{how}({given})\n"
        f"    return answer\n\n",
        "    ",
    )


def _optional(parameter: Json) -> str:
    found = _type(parameter["schema"], "models.")
    name = _python(parameter["name"])
    if parameter.get("required"):
        return f"{name}: {found}"
    return f"{name}: {found if 'None' in found else found + ' | None'} = None"


def _answer(operation: Json) -> str:
    responses = operation["responses"]
    status = next(status for status in responses if status.startswith("2"))
    if status == "204":
        return "None"
    content = responses[status].get("content", {})
    schema = content.get("application/json", {}).get("schema")
    if not schema:
        # Files and tables, which the description has no shape for.
        return "bytes"
    found = _type(schema, "models.")
    return found if "models." in found else "Any" if found == "Any" else "dict[str, Any]"


def _address(path: str) -> str:
    rest = re.sub(
        r"\{([^}:]+)[^}]*\}",
        lambda found: "{segment(" + _python(found[1]) + ")}",
        path.removeprefix(PREFIX),
    )
    return f'f"{rest}"' if "{" in rest else f'"{rest}"'


def _words(text: str) -> str:
    text = text.strip().replace("\\", "\\\\").replace('"""', "'''")
    return text + " " if text.endswith('"') else text


def _class(name: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in re.split(r"\W|_", name) if part)


def _python(name: str) -> str:
    found = re.sub(r"\W", "_", name).lower().strip("_")
    return found + "_" if keyword.iskeyword(found) else found


if __name__ == "__main__":
    for file, content in files().items():
        file.write_text(content, encoding="utf-8")
