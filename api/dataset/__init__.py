"""The dataset as files: reading, rules, manifests and figures."""
