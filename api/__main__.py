"""The command `diplomatic-events`: also `python -m api` in a checkout, `python -m diplomatic_events` from a wheel."""

from .cli import main

__all__ = ["main"]

if __name__ == "__main__":
    main(prog_name="diplomatic-events")
