"""Every trial there is, in the order of RELIABILITY.md."""

from . import contract, hostile, mutations
from .trial import Trial

CONTRACT = "Schemathesis with all its checks asks a running server, from `openapi.yaml`: {database}"
TRIALS: tuple[Trial, ...] = (
    *(
        Trial(
            f"contract-{name}",
            "fuzz",
            f"No 500, no answer outside the contract, no unexplained 200 ({database})",
            CONTRACT.format(database=database),
            run,
            "{requests:,} requests to {operations} operations, {failures} failures; {explained:,} refusals that OpenAPI has no words for",
            2,
            20,
        )
        for name, database, run in (("sqlite", "SQLite", contract.embedded), ("postgresql", "PostgreSQL", contract.postgresql))
    ),
    Trial(
        "files",
        "fuzz",
        "A dataset file, whatever stands in it, gives findings with file, line and key, or is accepted; the served release stays; "
        "time and memory are bounded",
        "Hypothesis edits, cuts and replaces files of a small dataset (wrong types, unknown and double keys, circles, bombs, depth, "
        "broken UTF-8, links, pipes, JSON Lines); each is loaded beside a served release, every 25th by the command too",
        mutations.files,
        "{cases:,} datasets: {refused:,} refused, {accepted:,} accepted, 0 traces; {slowest} s at most each, {grown} MiB more in all",
        100,
        2200,
    ),
    Trial(
        "requests",
        "fuzz",
        "A malformed or oversized request, or one for a file outside, is a problem document; others are served meanwhile",
        "{kinds} kinds of requests over raw sockets (lengths, framing, methods, hosts, escapes), and paths out of every folder",
        hostile.malformed,
        "{requests:,} requests of {kinds} kinds and {paths} paths, all answered; {served:,} polite requests beside them, "
        "{longest} s at most",
        1,
        50,
    ),
    Trial(
        "slow-clients",
        "fuzz",
        "Clients that dawdle keep nobody waiting",
        "Clients that say nothing, stop within a line, a field, a body, a second request, never hang up, or do not read, all at once",
        hostile.slow,
        "{clients} at once of each of {kinds} kinds: {longest} s at most for others; {unread_longest} s beside {unread} that do not read",
        20,
        200,
    ),
    Trial(
        "pipelining",
        "fuzz",
        "Pipelined requests are answered in their order; a body is never taken for a request",
        "Requests in one go over one connection, and one hidden in the body of another",
        hostile.pipelined,
        "{requests:,} in one go, all in order",
        50,
        2000,
    ),
    Trial(
        "cursors",
        "fuzz",
        "A cursor is validated, never trusted",
        "Bits turned, parts exchanged, dropped and made up, cursors of other queries, on both databases",
        hostile.cursors,
        "{cursors:,} cursors: {refused:,} refused, {pages:,} a page of the same query, 0 errors",
        40,
        2000,
    ),
    Trial(
        "texts",
        "fuzz",
        "Any text is a valid search, and both databases find the same records",
        "Hypothesis makes texts of FTS5 and tsquery syntax and of any Unicode; search and list are compared",
        hostile.texts,
        "{texts:,} texts, {found:,} with records found, {refused:,} refused as empty or too long, 0 differences",
        60,
        2000,
    ),
)
