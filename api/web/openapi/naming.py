"""Names for what operations have in common: vocabularies, parameters and answers become components of the contract."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import takewhile
from typing import Any

from ...query.parameters import AGGREGATE_ORDERS
from ...resources import RESOURCES
from ...resources.filters.base import MATCHES
from ...schema import edtf
from ...schema.json_types import component

Words = tuple[str, ...]
Document = dict[str, Any]
Place = tuple[Any, Any, Any]  # a mapping or list, the key or position of something in it, the operation that it belongs to
SINGULAR = {resource.kind: resource.model.__name__ for resource in RESOURCES}
# Vocabularies that belong to no single key.
NAMED: dict[Words, str] = {
    ("true", "false"): "TrueOrFalse",
    tuple(resource.kind for resource in RESOURCES): "Kind",
    tuple(edtf.PRECISIONS): "DatePrecision",
    tuple(edtf.SENSES): "DateSense",
    AGGREGATE_ORDERS: "AggregateSort",
    MATCHES: "Match",
}

REPEATED = 3  # documents that say the same of a key, or keys that may be null, from which on it is said once


def give_names(document: Document) -> None:
    """Replaces what is repeated by references to components, in place."""
    names = dict(NAMED)
    _name_vocabularies_of_records(document, names)
    _name_vocabularies_of_parameters(document, names)
    _name_lists(document)
    _name_parameters(document)
    _name_answers(document)
    _name_responses(document)
    _name_properties(document)
    _name_nullables(document)
    _share_filters(document)


def pascal(*words: str) -> str:
    """Words with hyphens and underscores as one name: `event-types` is `EventTypes`."""
    parts = "_".join(words).replace("-", "_").split("_")
    return "".join(part[:1].upper() + part[1:] for part in parts)


def operations(document: Document) -> Iterator[Document]:
    return (item["get"] for item in document["paths"].values())


def _vocabulary(schema: Document) -> Words:
    """The words of a schema; empty if it has none, or but one."""
    words = tuple(word for word in schema.get("enum", ()) if word is not None)
    return words if len(words) > 1 else ()


def _refer(schema: Document, name: str) -> Document:
    """A reference to a vocabulary in place of its words, with what else the schema says."""
    rest = {key: value for key, value in schema.items() if key not in ("enum", "type")}
    if None in schema["enum"]:
        return {"anyOf": [component(name), {"type": "null"}], **rest}
    return {**component(name), **rest}


def _name_vocabularies_of_records(document: Document, names: dict[Words, str]) -> None:
    """A vocabulary of a document's key is called by its schema and the key: `StatementAct`."""
    schemas = document["components"]["schemas"]
    for owner, schema in list(schemas.items()):
        for key, shape in schema.get("properties", {}).items():
            holder, place = (shape, "items") if shape.get("type") == "array" else (schema["properties"], key)
            if words := _vocabulary(holder[place]):
                of = owner.removesuffix("Record")
                name = names.setdefault(words, pascal(of, "kind" if of.endswith(pascal(key)) else key))
                schemas[name] = {"type": "string", "enum": list(words)}
                holder[place] = _refer(holder[place], name)


def _name_vocabularies_of_parameters(document: Document, names: dict[Words, str]) -> None:
    """A vocabulary that no document has is called by the parameter; by the kind, too, if kinds differ in it: `EventSort`."""
    variants: dict[str, dict[Words, set[str]]] = defaultdict(lambda: defaultdict(set))
    places = []
    for operation in operations(document):
        for parameter in operation.get("parameters", ()):
            schema = parameter["schema"]
            holder, place = (schema, "items") if "items" in schema else (parameter, "schema")
            if words := _vocabulary(holder[place]):
                places.append((holder, place, words, parameter["name"], operation))
                variants[parameter["name"]][words].add(operation["tags"][0])
    schemas = document["components"]["schemas"]
    within: dict[tuple[str, Words], str] = {}
    for holder, place, words, parameter_name, operation in places:
        tag = operation["tags"][0]
        name = names.get(words) or within.get((tag, words), "")
        if not name:
            of_tag = [found for found, tags in variants[parameter_name].items() if tag in tags]
            first = SINGULAR.get(tag, tag) if words == of_tag[0] else operation["operationId"]
            name = pascal(parameter_name) if len(variants[parameter_name]) == 1 else pascal(first, parameter_name)
            within[tag, words] = name
        schemas.setdefault(name, {"type": "string", "enum": list(words)})
        holder[place] = _refer(holder[place], name)


def _name_lists(document: Document) -> None:
    """A list that several parameters take is called by its values: `IdList`."""
    lists: dict[str, set[str]] = defaultdict(set)
    declared = [parameter for operation in operations(document) for parameter in operation.get("parameters", ())]
    for parameter in declared:
        lists[json.dumps(parameter["schema"])].add(json.dumps(parameter))
    for parameter in declared:
        schema = parameter["schema"]
        item = schema.get("items", {}).get("$ref")
        if item and len(lists[json.dumps(schema)]) > 1:
            name = f"{item.rsplit('/', 1)[1]}List"
            if document["components"]["schemas"].setdefault(name, schema) == schema:
                parameter["schema"] = component(name)


def _alike(places: Iterable[Place], least: int) -> Iterator[tuple[Document, list[Place]]]:
    """What stands in the same words, under the same key of mappings, at so many places at least."""
    found: dict[Any, list[Place]] = defaultdict(list)
    for holder, key, operation in places:
        found[key if isinstance(key, str) else "", json.dumps(holder[key])].append((holder, key, operation))
    return ((json.loads(text), same) for (_, text), same in found.items() if len(same) >= least)


def _replace(places: list[Place], reference: Document) -> None:
    for holder, key, _ in places:
        holder[key] = reference


def _name_parameters(document: Document) -> None:
    """What several operations declare alike is one component: of one kind `EventsType`, of several `AnyDateFrom`."""
    parameters = document["components"].setdefault("parameters", {})
    declared = [(o["parameters"], n, o) for o in operations(document) for n in range(len(o.get("parameters", ())))]
    for parameter, places in _alike(declared, 2):
        tags = list(dict.fromkeys(operation["tags"][0] for _, _, operation in places))
        name = pascal("any" if len(tags) > 1 else tags[0], parameter["name"])
        name = name if name not in parameters else pascal(*tags, parameter["name"])
        parameters[name] = parameter
        _replace(places, {"$ref": f"#/components/parameters/{name}"})
    document["components"]["parameters"] = dict(sorted(parameters.items()))


def _name_answers(document: Document) -> None:
    """An answer that has no name yet is called by the words that its operations have in common: `CiteAnswer`."""
    contents = [(o["responses"].get("200", {}).get("content", {}), o) for o in operations(document)]
    answers = [(media, "schema", o) for content, o in contents for media in content.values() if "allOf" in media["schema"]]
    for schema, places in _alike(answers, 1):
        ids = [operation["operationId"] for _, _, operation in places]
        common = takewhile(lambda words: len(set(words)) == 1, zip(*(id.split("_") for id in ids), strict=False))
        name = pascal(*([words[0] for words in common] or [ids[0]]), "answer")
        document["components"]["schemas"][name] = schema
        _replace(places, component(name))


def _name_responses(document: Document) -> None:
    """A response that several operations have is a component, called as its schema is: `CiteAnswer` is `Cite`."""
    answering = [(o["responses"], "200", o) for o in operations(document) if "content" in o["responses"].get("200", {})]
    for response, places in _alike(answering, 2):
        (media,) = response["content"].values()
        name = media["schema"]["$ref"].rsplit("/", 1)[1].removesuffix("Answer")
        document["components"]["responses"][name] = response
        _replace(places, {"$ref": f"#/components/responses/{name}"})


def _name_properties(document: Document) -> None:
    """What several documents say of a key alike is one component, called as the key: `Citations`; or one that says so itself."""
    schemas, places = document["components"]["schemas"], []
    for schema in list(schemas.values()):
        for key, shape in list(schema.get("properties", {}).items()):
            named = schemas.get(shape.get("$ref", "").rsplit("/", 1)[-1], {})
            if shape == {"type": "string", "description": schemas["RecordId"]["description"]}:
                schema["properties"][key] = component("RecordId")
            elif "description" in shape and shape["description"] == named.get("description"):
                del shape["description"]
            elif "description" in shape:
                places.append((schema["properties"], key, None))
    taken = {name.lower() for name in (*schemas, *document["components"]["parameters"])}
    for shape, holders in _alike(places, REPEATED):
        name = pascal(holders[0][1])
        if name.lower() not in taken:
            taken.add(name.lower())
            schemas[name] = shape
            _replace(holders, component(name))


def _name_nullables(document: Document) -> None:
    """A component or null, where several keys are so, is one component: `PublicDateOrNull`."""
    schemas, uses = document["components"]["schemas"], defaultdict[str, list[Document]](list)
    for schema in _within(schemas):
        if len(schema.get("anyOf", ())) == 2 and schema["anyOf"][1] == {"type": "null"} and "$ref" in schema["anyOf"][0]:
            uses[schema["anyOf"][0]["$ref"].rsplit("/", 1)[1]].append(schema)
    for name, holders in uses.items():
        if len(holders) >= REPEATED:
            for holder in holders:
                del holder["anyOf"]
                holder.update(component(f"{name}OrNull"))
            schemas[f"{name}OrNull"] = {"anyOf": [component(name), {"type": "null"}]}


def _within(value: Any) -> Iterator[Document]:
    """The mappings in a value, however deep, itself included."""
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _within(inner)


class Shared(list[Document]):
    """The parameters that several paths have in common, `name` in YAML, where they are written once."""

    def __init__(self, name: str, parameters: list[Document]) -> None:
        super().__init__(parameters)
        self.name = name


def _share_filters(document: Document) -> None:
    """The filters of a kind are parameters of all paths that take them, written once; the others are the operation's."""
    for resource in RESOURCES:
        filters = Shared(f"{resource.kind}-filters", document["paths"][f"/v1/cite/{resource.kind}"]["get"]["parameters"])
        for path, item in document["paths"].items():
            own = item["get"].get("parameters", [])
            if "parameters" not in item and all(parameter in own for parameter in filters):
                others = {"parameters": [parameter for parameter in own if parameter not in filters]}
                rest = {key: value for key, value in item["get"].items() if key != "parameters"}
                document["paths"][path] = {"parameters": filters, "get": rest | (others if others["parameters"] else {})}
