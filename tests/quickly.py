"""The command `diplomatic-events`, whose `release` has QUICK_READERS only: for tests in other processes, never installed."""

from support import QUICK_READERS

from api.cli import main
from api.releases import readers

if __name__ == "__main__":
    readers.READERS = {name: readers.READERS[name] for name in QUICK_READERS}
    main(prog_name="diplomatic-events")
