"""Marshmallow schemas: what comes in (refusing the unknown) and what goes out; OpenAPI is derived from them."""
