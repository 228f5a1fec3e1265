"""`python -m api` is the command `diplomatic-events`."""

from .cli import main

main(prog_name="diplomatic-events")
