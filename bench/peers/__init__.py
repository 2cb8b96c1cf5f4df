"""Systems to measure beside the product."""
