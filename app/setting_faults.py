"""Says in Chinese what is wrong with a setting: where, which, what was found, what to write.

Refuses: to show a secret, whatever is wrong with it.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from app.setting_sources import Gathered, Key, Source, variable
from domain.errors import SetupError

HIDDEN = "（保密，不显示）"

_WRITE = {
    "bool": "要写 true 或 false",
    "int": "要写整数，不加引号",
    "string": '要写文字，用英文引号括起来："…"',
    "list": "要写列表，用方括号括起来：[…]",
    "tuple": "要写列表，用方括号括起来：[…]",
    "model": "这里要写一节里的各项设置，不是一个值",
    "dict": "这里要写一节里的各项设置，不是一个值",
}


def explain(
    error: ValidationError, gathered: Gathered, model: type[BaseModel], secrets: set[Key]
) -> SetupError:
    """Turn the first fault that pydantic found into a `SetupError`.

    A setting nobody knows comes first: it is most often the reason why another is missing.
    """
    faults = sorted(error.errors(), key=lambda fault: fault["type"] != "extra_forbidden")
    fault = faults[0]
    context: Mapping[str, Any] = fault.get("ctx", {})
    place = (*fault["loc"], *context.get("place", ()))
    key = tuple(part for part in place if isinstance(part, str))
    source = gathered.source(tuple(_up_to_list(place)))
    found = context["at"] if context.get("place") else fault["input"]
    if fault["type"] == "extra_forbidden":
        found, write = "没有这项设置", _nearest(key, source, set(settings_of(model)))
    elif fault["type"] == "missing":
        found, write = "没有写", "请补上"
    else:
        found, write = _shown(found, hide=key in secrets), _write(fault)
    return SetupError(
        where=source.name if source is not None else "settings.toml",
        key=named(place),
        found=found,
        write=write,
    )


def named(place: tuple[str | int, ...]) -> str:
    """Return a setting's name as people write it: levels.red.steps 第 2 项 after."""
    words: list[str] = []
    for part in place:
        if isinstance(part, int):
            words.append(f" 第 {part + 1} 项 ")
        else:
            words.append(part if not words or words[-1].endswith(" ") else f".{part}")
    return "".join(words).strip()


def settings_of(model: type[BaseModel], above: Key = ()) -> Iterator[Key]:
    """Walk the names of all settings of a model, lists as one setting."""
    for name, field in model.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from settings_of(inner, (*above, name))
        else:
            yield (*above, name)


def _up_to_list(place: tuple[str | int, ...]) -> Iterator[str]:
    for part in place:
        if isinstance(part, int):
            return
        yield part


def _shown(found: Any, *, hide: bool) -> str:
    if hide:
        return HIDDEN
    return json.dumps(found, ensure_ascii=False, default=str)


def _write(fault: ErrorDetails) -> str:
    kind, context = fault["type"], fault.get("ctx", {})
    if kind in {"literal_error", "enum"}:
        return f"只能写 {context['expected'].replace(' or ', '、').replace(', ', '、')}"
    if kind == "greater_than_equal":
        return f"不能小于 {context['ge']}"
    if kind == "less_than_equal":
        return f"不能大于 {context['le']}"
    if kind in {"too_short", "string_too_short"}:
        return "不能空着"
    if kind == "setting":
        return str(context["write"])
    return _WRITE.get(kind.partition("_")[0], fault["msg"])


def _nearest(key: Key, source: Source | None, known: set[Key]) -> str:
    """Return the advice for a setting that nobody knows, in the spelling of its source."""
    variables = source is not None and bool(source.variable)
    wrong = source.variable if source is not None and variables else ".".join(key)
    spell = variable if variables else ".".join
    beside = {name[-1]: spell(name) for name in sorted(known) if name[:-1] == key[:-1]}
    everywhere = sorted({spell(name[:n]) for name in known for n in range(1, len(name) + 1)})
    near = (
        [name for name in everywhere if name.replace("__", "_") == wrong.replace("__", "_")]
        + sorted(spell(name) for name in known if name[-1] == key[-1])
        + [beside[name] for name in difflib.get_close_matches(key[-1], beside, 1)]
        + difflib.get_close_matches(wrong, everywhere, 1, 0.8)
    )
    if near:
        return f"是不是 {near[0]}？不需要就删去"
    return f"请删去；这里能写：{'、'.join(beside.values())}" if beside else "请删去"
