"""`/pictures/<name>.svg`: pictures of what a query finds, as SVG made by the server, each with the filters of its list.

The modules draw documents (`timeline`, `treaties` ...) and know no request; `drawings` reads the documents of a query, and
`routes` answers. A picture has a title and a description, its content as a table, and a link from each mark.
"""

from .routes import routes

__all__ = ["routes"]
