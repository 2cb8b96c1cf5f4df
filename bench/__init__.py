"""Measurements beside the peers; run with `make bench`."""
