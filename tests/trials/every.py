"""Every trial there is, in the order of RELIABILITY.md."""

from . import contract
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
)
