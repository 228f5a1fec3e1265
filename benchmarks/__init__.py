"""The server measured beside what a user would pick instead: `make bench` writes RESULTS.md."""
