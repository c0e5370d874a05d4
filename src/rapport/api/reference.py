"""`/docs`: the API's reference as one page of plain HTML, made from the OpenAPI document.

No script and nothing from elsewhere, so that it needs no exception from the page's rules (CSP).
"""

from __future__ import annotations

import json
from html import escape
from typing import Any

Json = dict[str, Any]
STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 60rem; padding: 1rem; }
h1 { font-size: 1.6rem; }
h2 { border-bottom: 1px solid #8886; margin-top: 2.5rem; text-transform: capitalize; }
details { border: 1px solid #8885; border-radius: 6px; margin: .4rem 0; padding: 0 .8rem; }
details[open] { padding-bottom: .8rem; }
summary { cursor: pointer; overflow-wrap: anywhere; padding: .5rem 0; }
summary:focus-visible { outline: 2px solid #1971c2; }
code, pre { font: .9em ui-monospace, monospace; }
pre { background: #8882; border-radius: 4px; overflow: auto; padding: .6rem; }
table { border-collapse: collapse; display: block; overflow-x: auto; }
td, th { border-bottom: 1px solid #8884; padding: .2rem .8rem .2rem 0; text-align: left;
  vertical-align: top; }
.method { display: inline-block; font-weight: 600; min-width: 4.5rem; }
.says { color: #667; }
@media (prefers-color-scheme: dark) { .says { color: #aab; } }
"""


def page(document: Json) -> str:
    """The whole reference."""
    tags: dict[str, list[str]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            tag = (operation.get("tags") or ["other"])[0]
            tags.setdefault(tag, []).append(_operation(path, method, operation))
    contents = " · ".join(f'<a href="#{escape(t)}">{escape(t)}</a>' for t in sorted(tags))
    parts = [
        f'<h2 id="{escape(tag)}">{escape(tag)}</h2>{"".join(found)}'
        for tag, found in sorted(tags.items())
    ]
    schemas = "".join(
        f'<details id="schema-{escape(name)}"><summary><code>{escape(name)}</code></summary>'
        f"{_pretty(schema)}</details>"
        for name, schema in sorted(document.get("components", {}).get("schemas", {}).items())
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(document['info']['title'])} API</title>"
        '<link rel="stylesheet" href="/docs/style.css"></head><body><main>'
        f"<h1>{escape(document['info']['title'])} API</h1>"
        '<p>For programs: <a href="/api/v1/openapi.json">openapi.json</a> (OpenAPI'
        f" {escape(document['openapi'])}). Changing requests need the header"
        " <code>X-CSRF-Token</code> and, where it is listed, <code>Idempotency-Key</code>.</p>"
        f"<nav>{contents} · <a href='#schemas'>schemas</a></nav>{''.join(parts)}"
        f'<h2 id="schemas">schemas</h2>{schemas}</main></body></html>'
    )


def _operation(path: str, method: str, operation: Json) -> str:
    title = (operation.get("description") or operation.get("summary") or "").split("\n")[0]
    body = ""
    for parameter in operation.get("parameters", []):
        needed = "required" if parameter.get("required") else ""
        body += (
            f"<tr><td><code>{escape(parameter['name'])}</code></td><td>{escape(parameter['in'])}"
            f"</td><td>{needed}</td><td><code>{escape(_kind(parameter.get('schema', {})))}</code>"
            "</td></tr>"
        )
    table = f"<table>{body}</table>" if body else ""
    for media, found in operation.get("requestBody", {}).get("content", {}).items():
        table += f"<h4>Body ({escape(media)})</h4>{_pretty(found.get('schema', {}))}"
    answers = "".join(
        f"<tr><td><code>{escape(status)}</code></td><td>{escape(answer.get('description', ''))}"
        f"</td><td><code>{escape(_answer(answer))}</code></td></tr>"
        for status, answer in operation.get("responses", {}).items()
    )
    return (
        f"<details><summary><span class='method'>{method.upper()}</span> <code>{escape(path)}"
        f"</code> <span class='says'>{escape(title)}</span></summary>"
        f"<p>{escape(operation.get('description', ''))}</p>{table}"
        f"<h4>Answers</h4><table>{answers}</table></details>"
    )


def _answer(answer: Json) -> str:
    kinds = [_kind(found.get("schema", {})) for found in answer.get("content", {}).values()]
    return ", ".join(kind for kind in kinds if kind)


def _kind(schema: Json) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    if options := schema.get("anyOf") or schema.get("oneOf"):
        return " | ".join(_kind(option) for option in options)
    if schema.get("enum"):
        return " | ".join(map(str, schema["enum"]))
    kind = str(schema.get("type", ""))
    return f"{_kind(schema.get('items', {}))}[]" if kind == "array" else kind


def _pretty(schema: Json) -> str:
    text = escape(json.dumps(schema, indent=2, ensure_ascii=False), quote=False)
    return f"<pre>{text}</pre>"
