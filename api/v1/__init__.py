"""Version 1 of the HTTP contract: one blueprint per noun, each view a line or two over an engine command."""
