"""The steps of the schema, in order; each module is one revision of Alembic's."""
