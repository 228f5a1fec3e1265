"""A release as a dataset of Croissant 1.1: its files, and a record set for each kind, read from Parquet.

A mapping in a record becomes fields below its key; so does a list of mappings, whose fields are lists. A list of mappings
inside of such a list is left out, as Croissant's reader takes of it the first item alone: it is a table of its own in the Data
Package.
"""

from collections.abc import Iterable, Iterator

from ...resources import RESOURCES
from ...resources.resource import Resource
from ...schema.fields import Record
from ...schema.shape import Node, shape
from .description import Description, without_nulls
from .schema_org import agent

PARQUET = "application/vnd.apache.parquet"
READS_PARQUET = "application/x-parquet"  # what Croissant's reader knows it by
Steps = tuple[tuple[str, ...], ...]
TYPES = {"integer": "sc:Integer", "number": "sc:Float", "boolean": "sc:Boolean", "date": "sc:Date"}
VOCABULARY = (
    "arrayShape citeAs column containedIn equivalentProperty extract field fileProperty fileObject fileSet format includes "
    "isArray isLiveDataset jsonPath key md5 parentField path recordSet references regex repeated replace samplingRate "
    "separator source subField transform"
)
CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "dct": "http://purl.org/dc/terms/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "sc": "https://schema.org/",
    "conformsTo": "dct:conformsTo",
    **{word: f"cr:{word}" for word in VOCABULARY.split()},
    "data": {"@id": "cr:data", "@type": "@json"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "name": {"@container": "@language"},
    "description": {"@container": "@language"},
}


def croissant(described: Description) -> Record:
    files = {part.name for part in described.parts}
    return without_nulls(
        {
            "@context": CONTEXT,
            "@type": "sc:Dataset",
            "conformsTo": "http://mlcommons.org/croissant/1.1",
            "name": described.title,
            "description": described.text,
            "url": described.page or "./",
            "version": described.version,
            "datePublished": described.released,
            "license": described.licence_url,
            "creator": [agent(creator) for creator in described.creators],
            "publisher": {"@type": "Organization", "name": described.publisher},
            "keywords": list(described.keywords),
            "citeAs": described.bibtex,
            "identifier": described.identifier,
            "isLiveDataset": False,
            "distribution": [
                {
                    "@type": "cr:FileObject",
                    "@id": part.name,
                    "name": part.name,
                    "description": part.what,
                    "contentUrl": described.of(part.name),
                    "contentSize": f"{part.bytes} B",
                    "encodingFormat": [part.media_type, READS_PARQUET] if part.media_type == PARQUET else part.media_type,
                    "sha256": part.sha256,
                }
                for part in described.parts
            ],
            "recordSet": [record_set(resource) for resource in RESOURCES if f"{resource.kind}.parquet" in files],
        }
    )


def record_set(resource: Resource) -> Record:
    return {
        "@type": "cr:RecordSet",
        "@id": resource.kind,
        "name": resource.kind,
        "description": resource.description,
        "key": {"@id": f"{resource.kind}/id"},
        "field": [field(resource.kind, node) for node in shape(resource.schema) if has_fields(node)],
    }


def has_fields(node: Node) -> bool:
    """Whether there is anything of a column that Croissant has words for."""
    return not node.parts or any(subfields(node.parts, node.many))


def field(kind: str, node: Node) -> Record:
    """A column of a Parquet file, or a mapping or list of mappings in it with a field for each value."""
    made: Record = {"@type": "cr:Field", "@id": f"{kind}/{node.name}", "name": node.name, "description": node.description}
    made |= array(node.many)
    if not node.parts:
        return {**made, "dataType": data_type(node), "source": source(kind, node.name)}
    inner = []
    for leaf, steps in subfields(node.parts, node.many):
        path = [name for step in steps for name in step]
        transform = [{"jsonPath": ".".join(("$", *step))} for step in steps]
        inner.append(
            {
                "@type": "cr:Field",
                "@id": f"{kind}/{node.name}/{'/'.join(path)}",
                "name": "_".join(path),
                "description": leaf.description,
                "dataType": data_type(leaf),
                **array(leaf.many + len(steps) - 1),
                "source": {**source(kind, node.name), "transform": transform if len(steps) > 1 else transform[0]},
            }
        )
    return {**made, "subField": inner}


def array(dimensions: int) -> Record:
    """That a field is a list, or a list of lists."""
    return {"isArray": True, "arrayShape": ",".join(["-1"] * dimensions)} if dimensions else {}


def subfields(nodes: Iterable[Node], in_list: bool, steps: Steps = ((),)) -> Iterator[tuple[Node, Steps]]:
    """The values in a mapping, those of what is in it included, each with the keys on the way to it, and on from each item."""
    *before, last = steps
    for node in nodes:
        path: Steps = (*before, (*last, node.name))
        if not node.parts:
            yield node, path
        elif not node.many:
            yield from subfields(node.parts, in_list, path)
        elif not in_list:
            yield from subfields(node.parts, True, (*path, ()))


def source(kind: str, column: str) -> Record:
    return {"fileObject": {"@id": f"{kind}.parquet"}, "extract": {"column": column}}


def data_type(node: Node) -> str:
    return TYPES.get(node.type, "sc:Text")
