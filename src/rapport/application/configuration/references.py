"""References between configured things, found by walking specs generically.

A reference is a field marked `To(kind)`. The walk follows the models' annotations through
optional fields, lists, mappings and nested specs, over values as JSON writes them.
"""

from __future__ import annotations

import types
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from rapport.application.configuration.spec import Spec, To
from rapport.application.configuration.specs import SPECS

Path = tuple[str | int, ...]
Replace = Callable[[str, Any, Path], Any]
"""Given the kind of target, the value and its path: what stands there instead."""


@dataclass(frozen=True, slots=True)
class Reference:
    """One field that names another configured thing."""

    path: Path
    kind: str
    target: int


def references(kind: str, spec: Spec) -> list[Reference]:
    """Everything that a spec refers to, in the order of its fields."""
    found: list[Reference] = []

    def note(target_kind: str, value: Any, path: Path) -> Any:
        if isinstance(value, int):
            found.append(Reference(path, target_kind, value))
        return value

    replace_references(kind, spec.model_dump(mode="json"), note)
    return found


def replace_references(kind: str, raw: Any, replace: Replace) -> Any:
    """A copy of a spec's JSON in which every reference is what `replace` makes of it.

    What does not fit the model is passed through as it is; validation comes later.
    """
    return _walk(SPECS[kind], raw, (), replace)


def model_at(kind: str, path: Path) -> type[BaseModel] | None:
    """The model whose fields stand at a path, for suggestions; None where there is none."""
    annotation: Any = SPECS[kind]
    for step in path:
        annotation = _inner(annotation, step)
        if annotation is None:
            return None
    plain = _plain(annotation)[0]
    return plain if isinstance(plain, type) and issubclass(plain, BaseModel) else None


def _walk(annotation: Any, value: Any, path: Path, replace: Replace) -> Any:
    plain, target = _plain(annotation)
    if value is None:
        return None
    if target is not None:
        return replace(target.kind, value, path)
    if isinstance(value, list) and get_origin(plain) is list:
        (element,) = get_args(plain)
        return [_walk(element, v, (*path, i), replace) for i, v in enumerate(value)]
    if isinstance(value, dict):
        return {
            key: _walk(inner, v, (*path, key), replace)
            if (inner := _inner(annotation, key)) is not None
            else v
            for key, v in value.items()
        }
    return value


def _inner(annotation: Any, step: str | int) -> Any:
    plain = _plain(annotation)[0]
    if get_origin(plain) is list and isinstance(step, int):
        return get_args(plain)[0]
    if get_origin(plain) is dict:
        return get_args(plain)[1]
    if isinstance(plain, type) and issubclass(plain, BaseModel):
        field = plain.model_fields.get(str(step))
        if field is not None:
            # Written with [] so that the marks, known only here, become part of the type.
            return (
                Annotated[(field.annotation, *field.metadata)]
                if field.metadata
                else (field.annotation)
            )
    return None


def _plain(annotation: Any) -> tuple[Any, To | None]:
    """An annotation without its marks and without `| None`, and its mark as a reference."""
    target: To | None = None
    while True:
        if get_origin(annotation) is Annotated:
            annotation, *marks = get_args(annotation)
            target = next((m for m in marks if isinstance(m, To)), target)
        elif get_origin(annotation) in {Union, types.UnionType}:
            parts = [a for a in get_args(annotation) if a is not types.NoneType]
            if len(parts) != 1:
                return annotation, target
            annotation = parts[0]
        else:
            return annotation, target
