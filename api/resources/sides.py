"""What accounts leave in doubt: whether they conflict, and whether something rests on that of one party alone."""

from ..schema.fields import Record
from .filters import Catalog
from .keys import AGAINST


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
    if not record["accounts"] and not record.get("reported_by"):
        return record.get("status") == "alleged"
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


def conflict(record: Record) -> bool:
    """Whether accounts conflict: one denies or disputes, or two give different values for the same aspect."""
    if not (accounts := record["accounts"]):
        return False
    values = {(account["about"], account["value"]) for account in accounts}
    contrary = any(account["stance"] in AGAINST for account in accounts)
    return contrary or len(values) > len({about for about, _ in values})


def derived_doubt(record: Record, catalog: Catalog) -> Record:
    """The keys `disputed` and `one_sided` of a public document."""
    return {"disputed": conflict(record), "one_sided": alone(record, catalog)}
