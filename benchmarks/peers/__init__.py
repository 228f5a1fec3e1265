"""What a user would pick instead, each serving the same page of the same data."""
