"""Field types of the records and of the query parameters, and what is derived from them."""
