"""The processes, decision tables and plan data that the product ships; data only, read through importlib.resources."""
