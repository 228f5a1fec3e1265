"""How well search finds what users type: queries with the records that must come first, asked of both databases."""
