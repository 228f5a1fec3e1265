"""Building a release from the dataset, and publishing its files."""
