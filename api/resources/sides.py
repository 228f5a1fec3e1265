"""The parties behind accounts, and whether something in a record rests on the account of one of them alone."""

from ..schema.fields import Record
from .filters import Catalog


def party(actor: str, catalog: Catalog) -> str:
    """The party for which an actor speaks: a state's country code for the state, its bodies and persons; otherwise its own id."""
    record = catalog.record("actors", actor)
    return str(record["country"] or actor) if record["kind"] in ("state", "government_body", "person") else actor


def parties(account: Record, catalog: Catalog) -> set[str]:
    """The parties whose account it is; without holders, the sources that give it."""
    return {party(holder, catalog) for holder in account["holders"]} or {citation["source"] for citation in account["citations"]}


def alone(record: Record, catalog: Catalog) -> bool:
    """Whether something in a record rests on one party's account alone.

    So it is where the accounts of an aspect that report or confirm it are those of one party, whoever denies it; where an
    event is alleged and no account says by whom; and where a statement is known only through what one party tells of it:
    the actors in `reported_by` who are no media, and those whose accounts confirm it, are one party.
    """
    support: dict[str, set[str]] = {}
    confirming: set[str] = set()
    for account in record["accounts"]:
        if account["stance"] in ("reports", "confirms"):
            support.setdefault(account["about"], set()).update(parties(account, catalog))
        if account["stance"] == "confirms":
            confirming |= parties(account, catalog)
    tellers = [id for id in record.get("reported_by", ()) if catalog.record("actors", id)["kind"] != "media_outlet"]
    told = {party(id, catalog) for id in tellers}
    unattributed = record.get("status") == "alleged" and not support
    return unattributed or any(len(those) == 1 for those in support.values()) or (bool(told) and len(told | confirming) == 1)
