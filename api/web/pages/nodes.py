"""What pages ask about a node of the schema, and of a value."""

from typing import Any

from ...schema.shape import Node


def present(value: Any) -> bool:
    """Whether there is something to show; false and 0 are something."""
    return value not in (None, [], {}, "")


def is_date(node: Node) -> bool:
    return any(part.name == "edtf" for part in node.parts)


def is_reference(node: Node) -> bool:
    """Whether a key holds references and nothing else."""
    return len(node.parts) in (2, 3) and bool(node.parts[0].refers)


def is_simple(node: Node) -> bool:
    """Whether a key's values fit in a line."""
    return not node.parts or is_date(node) or is_reference(node)


def head(node: Node) -> Node | None:
    """The part that an item is about: its first reference, or its first text."""
    required = [part for part in node.parts if part.required and not part.many and part.name != "citations"]
    references = [part for part in required if is_reference(part)]
    texts = [part for part in required if part.type == "string" and not part.values]
    return next(iter((*references, *texts, *required)), None)
