"""Every trial there is, in the order of docs/reliability.md."""

from . import contract, faults, hostile, injection, messages, mutations
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
            0,  # in short: tests/web/test_contract.py, which asks every operation in process
            2 if name == "sqlite" else 0,
            10,
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
        15,
        100,
        2100,
    ),
    Trial(
        "requests",
        "fuzz",
        "A malformed or oversized request, or one for a file outside, is a problem document; others are served meanwhile",
        "Requests over raw sockets (lengths, framing, methods, hosts, escapes), and paths out of every folder",
        hostile.malformed,
        "{requests:,} requests of {kinds} kinds and {paths} paths, all answered; {served:,} polite requests beside them, "
        "{longest} s at most",
        0,  # in short: tests/web/test_http.py, tests/web/test_security.py
        1,
        30,
    ),
    Trial(
        "slow-clients",
        "fuzz",
        "Clients that dawdle keep nobody waiting",
        "Clients that say nothing, stop or drip within a line, a field, a body, a second request, or never hang up, all at once",
        hostile.slow,
        "{clients} at once of each of {kinds} kinds: {longest} s at most for others",
        6,
        20,
        100,
    ),
    Trial(
        "crowd",
        "fuzz",
        "More clients that dawdle than the server has connections keep nobody waiting: the longest wait makes room",
        "Clients that drip a request each and come faster than they go, at a server that may open few descriptors",
        hostile.crowd,
        "{clients} at once, {descriptors} descriptors a process: {longest} s at most for {served} polite requests",
        240,
        500,
        900,
    ),
    Trial(
        "silent-readers",
        "fuzz",
        "Clients that read nothing, or little, of what they asked for keep nobody waiting",
        "As many of them as there are threads ask for megabytes each, from memory, made as they go, and of a published file, and read "
        "nothing or 20,000 bytes a second",
        hostile.unread,
        "{clients} at once of each of {kinds} kinds: {longest} s at most for others",
        0,  # it takes its time
        0,
        8,
    ),
    Trial(
        "pipelining",
        "fuzz",
        "Pipelined requests are answered in their order; a body is never taken for a request",
        "Requests in one go over one connection, and one hidden in the body of another",
        hostile.pipelined,
        "{requests:,} in one go, all in order",
        200,
        200,
        3000,
    ),
    Trial(
        "cursors",
        "fuzz",
        "A cursor is validated, never trusted",
        "Bits turned, parts exchanged, dropped and made up, cursors of other queries, on both databases",
        hostile.cursors,
        "{cursors:,} cursors: {refused:,} refused, {pages:,} a page of the same query, 0 errors",
        3,
        40,
        300,
    ),
    Trial(
        "injection-records",
        "fuzz",
        "What a record says stays text in every format: no element, property, row or key comes of it, nor a formula in CSV for spreadsheets",
        "Every text of a dataset is replaced by hostile ones (formulas, markup, line breaks, quotes, ends of calendars); readers of CSV, "
        "XML, iCalendar and JSON find in every format of every kind what they find of harmless words",
        injection.records,
        "{datasets:,} datasets of {texts} texts, {refused} more refused by the check; {answers:,} answers, 0 differences",
        1,
        2,
        100,
    ),
    Trial(
        "injection-requests",
        "fuzz",
        "What a request says stays text in every header and format",
        "The same texts in paths, parameters and the request's id, over raw sockets; the answers are read by the readers of their formats",
        injection.asked,
        "{requests:,} requests, {texts} texts in {places} places, 0 broken",
        3,
        3,
        100,
    ),
    Trial(
        "texts",
        "fuzz",
        "Any text is a valid search, and both databases find the same records in the same order",
        "Hypothesis makes texts of FTS5 and tsquery syntax and of any Unicode; search and list are compared",
        hostile.texts,
        "{texts:,} texts, {found:,} with records found, {refused:,} refused as empty or too long, 0 differences",
        30,
        60,
        1500,
    ),
    Trial(
        "messages",
        "fuzz",
        "Whatever is said to the tools for assistants, the answer is one of their protocol, the same on both databases",
        "JSON-RPC put together by chance: methods, tools, names and values that fit and that do not, hostile texts, cut messages",
        messages.messages,
        "{messages:,} messages: {answered:,} answered, {mended:,} told what to mend, {refused:,} refused, 0 errors, 0 differences",
        60,
        300,
        3000,
    ),
    *(
        Trial(
            f"killed-load-{name}",
            "faults",
            f"A load that is killed leaves the served release or makes the new one, whole ({database})",
            "`kill -9` at a random moment of the load, then every kind is read and the next load must succeed",
            faults.killed(run),
            "{kills} kills: {old} times the old release, {new} times the new one, 0 broken",
            0,  # in short: test_a_load_that_is_stopped_leaves_the_served_release_and_no_scratch
            2,
            50,
        )
        for name, database, run in (
            ("sqlite", "SQLite", faults.embedded),
            ("postgresql", "PostgreSQL", faults.postgresql),
        )
    ),
    Trial(
        "full-disk",
        "faults",
        "A disk that fills up during a load is told in a line, and the served release stays",
        "A second release is loaded onto disks with room for none of it, for all of it, and for every part between",
        faults.full,
        "{tries} sizes of {means}: {refused} refused, {loaded} loaded, 0 traces",
        2,
        4,
        24,
    ),
    Trial(
        "full-release",
        "faults",
        "A disk that fills up while a version is published leaves no part of a version, and none without its manifest",
        "Disks with room for none of the files, for all, and for every part between; a dataset on a disk that is full",
        faults.full_release,
        "{tries} disks: {refused} refused, {published} published, 0 traces; published again, all are whole",
        0,  # in short: full-disk
        3,
        24,
    ),
    Trial(
        "edited-while-read",
        "faults",
        "A dataset that is edited while it is read is a whole release or findings",
        "A file is cut, removed, rewritten and replaced every few milliseconds while loads run",
        faults.edited,
        "{loads} loads: {loaded} loaded, {findings} with findings, 0 traces",
        2,
        3,
        40,
    ),
    Trial(
        "two-loads",
        "faults",
        "Two loads at once follow each other, or one says that another runs",
        "Two are started together",
        faults.twice,
        "{pairs} pairs: {both} times both, {one} times one",
        0,  # in short: tests/releases/test_load.py, tests/storage/test_postgresql.py
        2,
        25,
    ),
    *(
        Trial(
            f"switches-{name}",
            "faults",
            f"A new release is switched to without a failed request or a mixed page; a walk goes on in its own ({database})",
            "Every record carries the number of its release; four clients walk pages and read lists while release follows release",
            faults.switched(run),
            "{switches} switches, {requests:,} requests, {walks:,} walks: {failed} failed, {mixed} mixed",
            0,  # in short: test_a_running_server_answers_from_a_new_release_without_a_failed_request
            3,
            100,
        )
        for name, database, run in (
            ("sqlite", "SQLite", faults.embedded),
            ("postgresql", "PostgreSQL", faults.postgresql),
        )
    ),
    Trial(
        "signals",
        "faults",
        "A killed process takes only its own answers along; SIGHUP and SIGTERM take none",
        "Under load a process is killed, the server is told to start anew, and stopped in the middle of long answers",
        faults.signalled,
        "{kills} kills cost {cut} of {requests:,} requests, {hangups} SIGHUPs 0; {finished} of {finished} long answers whole after "
        "{stops} SIGTERMs",
        0,  # in short: tests/server/test_operations.py
        1,
        10,
    ),
    Trial(
        "damaged-files",
        "faults",
        "A release or pointer that is damaged while it is served is 503 with `Retry-After`, `/readyz` says so, the next load mends it",
        "The file or pointer is cut, emptied, deleted, replaced, overwritten, garbled",
        faults.damaged,
        "{damages} damages of {kinds} kinds: {answers:,} answers, {unavailable:,} of them 503, the rest right; unready {unready} times, "
        "mended every time",
        1,
        1,
        10,
    ),
    Trial(
        "lost-database",
        "faults",
        "PostgreSQL stopped, hanging or out of connections is 503 with `Retry-After` soon, `/healthz` goes on, and it is over by itself",
        "Stopped and started, SIGSTOP to all its processes, all connections taken, while twelve clients ask for what is not in memory; "
        "statements are given up after 2 s there",
        faults.lost,
        "{rounds} rounds, {answers} requests: {unavailable} of them 503, the others answered; {longest} s at most, `/healthz` {healthy} s; "
        "well again {back} s after",
        0,  # tests/storage/test_postgresql.py tries each of them once, in less time
        1,
        5,
    ),
    Trial(
        "endurance",
        "faults",
        "Memory and descriptors do not grow",
        "Requests of fifteen sorts, most of them new; the memory (PSS) and descriptors of the largest process after 3 tenths and in the end",
        faults.enduring,
        "{requests:,} requests: {early} MiB, then {late} MiB; {files_early} descriptors, then {files_late}",
        500,
        3000,
        72_000,  # an hour at twenty a second
    ),
)
