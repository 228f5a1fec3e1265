"""The gate of the contract: what breaks the clients of a published version needs a new major version.

    contract.py          compares openapi.yaml with each published contract of the same major version
    contract.py publish  keeps openapi.yaml as the contract of its version

What counts as breaking: decisions/014-breaking-changes.md.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

Schema = dict[str, Any]
CURRENT, PUBLISHED = Path("openapi.yaml"), Path(".ci/contracts")
# In a request a lower limit must not grow, an upper one must not shrink.
LOWER, UPPER = ("minimum", "minLength", "minItems"), ("maximum", "maxLength", "maxItems")
# What makes another value of the same text, or another text of the same value.
FIXED = ("format", "default", "const")


class Comparison:
    """Two contracts; `faults` are the changes from the old one to the new one that break a client, each once."""

    def __init__(self, old: Schema, new: Schema) -> None:
        self.old, self.new = old, new
        self.seen: set[tuple[str, str, bool]] = set()
        self.faults = list(dict.fromkeys(self.operations()))

    def operations(self) -> Iterator[str]:
        for path, item in self.old["paths"].items():
            for method in item.keys() - {"parameters"}:
                where = f"{method.upper()} {path}"
                if method not in self.new["paths"].get(path, {}):
                    yield f"{where} is gone"
                    continue
                old, new = item[method], self.new["paths"][path][method]
                if old["operationId"] != new["operationId"]:
                    yield f"{where} is called {new['operationId']}, no longer {old['operationId']}"
                yield from self.parameters(where, _declared(self.old, path, method), _declared(self.new, path, method))
                yield from self.responses(where, old["responses"], new["responses"])

    def parameters(self, where: str, old: dict[str, Schema], new: dict[str, Schema]) -> Iterator[str]:
        for name, parameter in new.items():
            if parameter.get("required") and not old.get(name, {}).get("required"):
                yield f"{where}: {name} is required"
        for name, parameter in old.items():
            if name not in new:
                yield f"{where}: {name} is gone"
                continue
            if parameter["in"] != new[name]["in"]:
                yield f"{where}: {name} stands in the {new[name]['in']}"
            yield from self.taken(f"{where}: {name}", parameter["schema"], new[name]["schema"])

    def responses(self, where: str, old: dict[str, Schema], new: dict[str, Schema]) -> Iterator[str]:
        for status, response in old.items():
            if status not in new:
                yield f"{where}: there is no {status}"
                continue
            before, after = (_resolved(self.old, response), _resolved(self.new, new[status]))
            for kind, media in before.get("content", {}).items():
                if kind not in after.get("content", {}):
                    yield f"{where}: {status} is no longer {kind}"
                else:
                    yield from self.given(f"{where}: {status}", media["schema"], after["content"][kind]["schema"])

    def taken(self, where: str, old: Schema, new: Schema) -> Iterator[str]:
        """What was allowed in a request must be allowed."""
        old, new = _resolved(self.old, old), _resolved(self.new, new)
        if lost := sorted(_types(old) - _types(new)) if _types(new) else []:
            yield f"{where} takes no {', '.join(lost)}"
        if "enum" in new and (lost := [str(word) for word in old.get("enum", ["any text"]) if word not in new["enum"]]):
            yield f"{where} does not take {', '.join(lost)}"
        for keys, worse in ((LOWER, lambda a, b: a is None or b > a), (UPPER, lambda a, b: a is None or b < a)):
            for key in keys:
                if key in new and worse(old.get(key), new[key]):
                    yield f"{where}: {key} is {new[key]}, no longer {old.get(key, 'none')}"
        yield from (f"{where}: {key} has changed" for key in FIXED if old.get(key) != new.get(key))
        if "pattern" in new and old.get("pattern") != new["pattern"]:
            yield f"{where}: its pattern has changed"
        if "items" in old and "items" in new:
            yield from self.taken(where, old["items"], new["items"])

    def given(self, where: str, old: Schema, new: Schema) -> Iterator[str]:
        """What was promised of an answer must hold."""
        if (named := _name(old)) != _name(new) and named:
            yield f"{where} is called {_name(new) or 'nothing'}, no longer {named}"
        met = (_name(old), _name(new), "items" in old)
        if named and met in self.seen:
            return
        self.seen.add(met)
        yield from self.alternatives(where, old, new)
        old, new = _resolved(self.old, old), _resolved(self.new, new)
        if more := sorted(_types(new) - _types(old)) if _types(old) else []:
            yield f"{where} may be {', '.join(more)}"
        elif _types(old) and not _types(new) and not new.get("anyOf"):
            yield f"{where} may be anything"
        if "enum" in old and (more := [str(word) for word in new.get("enum", ["any text"]) if word not in old["enum"]]):
            yield f"{where} may be {', '.join(more)}"
        yield from (f"{where}: {key} has changed" for key in FIXED if old.get(key) != new.get(key))
        yield from self.keys(where, old, new)
        for inner in ("items", "additionalProperties"):
            if isinstance(old.get(inner), dict):
                if not isinstance(new.get(inner), dict):
                    yield f"{where}: what is in it may be anything"
                else:
                    yield from self.given(f"{where}[]", old[inner], new[inner])

    def keys(self, where: str, old: Schema, new: Schema) -> Iterator[str]:
        for key, shape in old.get("properties", {}).items():
            if key not in new.get("properties", {}):
                yield f"{where}.{key} is gone"
                continue
            if key in old.get("required", ()) and key not in new.get("required", ()):
                yield f"{where}.{key} may be absent"
            yield from self.given(f"{where}.{key}", shape, new["properties"][key])

    def alternatives(self, where: str, old: Schema, new: Schema) -> Iterator[str]:
        """Of several schemas, none may come that was not there; those of one name or type are compared."""
        before, after = _branches(self.old, old), _branches(self.new, new)
        if len(before) + len(after) > 2:
            for key, branch in after.items():
                if key not in before:
                    yield f"{where} may be {key}"
                else:
                    yield from self.given(where, before[key], branch)


def _resolved(contract: Schema, part: Schema) -> Schema:
    while "$ref" in part:
        found: Any = contract
        for key in part["$ref"].removeprefix("#/").split("/"):
            found = found[key]
        part = {**found, **{key: value for key, value in part.items() if key not in ("$ref", "description")}}
    for base in [_resolved(contract, base) for base in part.get("allOf", ())]:
        properties = {**base.get("properties", {}), **part.get("properties", {})}
        part = {**base, **part, "properties": properties, "required": [*base.get("required", ()), *part.get("required", ())]}
    return part


def _branches(contract: Schema, schema: Schema) -> dict[str, Schema]:
    """The alternatives of a schema by their name or type; a schema without any is its own."""
    branches = _resolved(contract, schema).get("anyOf") or [schema]
    return {_name(branch) or ", ".join(sorted(_types(branch))): branch for branch in branches}


def _name(schema: Schema) -> str:
    return str(schema.get("$ref", "")).rpartition("/")[2]


def _types(schema: Schema) -> set[str]:
    types = schema.get("type", [])
    return {types} if isinstance(types, str) else set(types)


def _declared(contract: Schema, path: str, method: str) -> dict[str, Schema]:
    item = contract["paths"][path]
    listed = [*item.get("parameters", ()), *item[method].get("parameters", ())]
    return {parameter["name"]: parameter for parameter in (_resolved(contract, part) for part in listed)}


def breaking(old: Schema, new: Schema) -> list[str]:
    """The changes between two contracts that break a client of the old one."""
    return Comparison(old, new).faults


def major(contract: Schema) -> int:
    return int(contract["info"]["version"].split(".")[0])


def gate(current: Path = CURRENT, published: Path = PUBLISHED) -> list[str]:
    """What in the current contract breaks a published one of its major version."""
    new, found = yaml.safe_load(current.read_text(encoding="utf-8")), []
    for path in sorted(published.glob("*.yaml")):
        old = yaml.safe_load(path.read_text(encoding="utf-8"))
        if major(old) == major(new):
            found += [f"{path.stem}: {fault}" for fault in breaking(old, new)]
    return found


def main() -> int:
    if sys.argv[1:] == ["publish"]:
        text = CURRENT.read_text(encoding="utf-8")
        kept = PUBLISHED / f"{yaml.safe_load(text)['info']['version']}.yaml"
        if kept.exists() and kept.read_text(encoding="utf-8") != text:
            print(f"{kept} is published and differs: raise __version__ in api/__init__.py")
            return 1
        PUBLISHED.mkdir(parents=True, exist_ok=True)
        kept.write_text(text, encoding="utf-8")
        print(kept)
        return 0
    found = gate()
    print(*found, sep="\n", end="\n" if found else "")
    if found:
        print(
            f"{len(found)} changes break clients of a published version: only a new major version (api/__init__.py) may have them"
        )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
