"""Queries: from URL parameters to a page of records, a total, an aggregation or a citation."""
