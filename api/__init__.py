"""Everything HTTP and command line; the engine below knows none of it."""
