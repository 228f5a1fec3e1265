"""The contract as a server gives it: with the title, description and licence of its data, and with examples that it has."""

import re
from collections.abc import Iterator
from typing import Any

import yaml

from ...formats import dumps
from ...resources import RESOURCES
from ...storage.release import Release
from . import as_json, as_yaml, contract

SECURITY = "\nsecurity:"  # where the information in the YAML ends


def served_json(release: Release | None, base: str) -> str:
    """The contract as JSON; `base` is the address that its paths follow on."""
    plain = as_json().replace('[{"url":"/",', f'[{{"url":"{base}",', 1)
    if release is None:
        return plain
    return with_examples(release, plain).replace(dumps(contract()["info"]), dumps(information(release)), 1)


def served_yaml(release: Release | None, base: str) -> str:
    """The contract as YAML; `base` is the address that its paths follow on."""
    plain = as_yaml().replace("[{url: /,", f"[{{url: {base},", 1)
    if release is None:
        return plain
    head = {"openapi": contract()["openapi"], "info": information(release)}
    text: str = yaml.safe_dump(head, sort_keys=False, allow_unicode=True)
    return text.rstrip("\n") + SECURITY + with_examples(release, plain.partition(SECURITY)[2])


def information(release: Release) -> dict[str, Any]:
    """The object `info` of OpenAPI."""
    about, plain = release.about, contract()["info"]
    return {
        **plain,
        "title": about["title"],
        "description": f"{about['description']}\n\n{plain['description']}",
        "license": {"name": f"{about['licence']} (data)", "url": about["licence_url"]},
    }


def with_examples(release: Release, text: str) -> str:
    """A text of the contract, in which each id that is an example and no record is one of a record instead."""
    other = release.once("examples of the contract", lambda: [*_replaced(release)])
    for old, new in other:
        text = re.sub(rf"(?<![\w-]){re.escape(old)}(?![\w-])", new, text)
    return text


def _replaced(release: Release) -> Iterator[tuple[str, str]]:
    for resource in RESOURCES:
        model, (id, _) = resource.model, resource.example
        if release.scalar(model.select(model.id).where(model.id == id)) is None:
            yield id, release.scalar(model.select(model.id).order_by(model.seq)) or f"{resource.singular.replace('_', '-')}-id"
