"""The command `diplomatic-events` of a checkout."""

from api.__main__ import main

if __name__ == "__main__":
    main(prog_name="diplomatic-events")
