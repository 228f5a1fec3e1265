"""The tables that every release has, whichever kinds of records it has: metadata, moved ids, identifiers, changes."""

import peewee as pw


class ReleaseMetadata(pw.Model):
    """What a release states about itself: one row a key, each value as JSON."""

    key = pw.TextField(primary_key=True)
    value = pw.TextField()

    class Meta:
        table_name = "release"


class Moved(pw.Model):
    """Ids that no longer name a record: renamed to another id, or withdrawn for a reason."""

    kind = pw.TextField()
    id = pw.TextField()
    renamed = pw.TextField(null=True)
    withdrawn = pw.TextField(null=True)

    class Meta:
        table_name = "moved"
        primary_key = pw.CompositeKey("kind", "id")


class Identifier(pw.Model):
    """A record's id in another scheme: `wikidata:Q...`, `iso3166:USA`."""

    scheme = pw.TextField()
    value = pw.TextField()
    kind = pw.TextField()
    id = pw.TextField()

    class Meta:
        table_name = "identifiers"
        primary_key = pw.CompositeKey("scheme", "value", "kind", "id")


class Changed(pw.Model):
    """A change of one record in one release of the data; `seq` is the order of the changes."""

    seq = pw.IntegerField(primary_key=True)
    version = pw.TextField()
    released = pw.TextField()
    kind = pw.TextField()
    id = pw.TextField()
    change = pw.TextField()
    keys = pw.TextField()
    to = pw.TextField(null=True)
    reason = pw.TextField(null=True)

    class Meta:
        table_name = "changes"
        indexes = ((("kind", "id"), False),)
