"""The process engine and the domain of government plans; it knows no HTTP.

Its public names: an `Engine` runs commands and queries for an `Actor`, each in one `Transaction`; what it refuses on
purpose is an `EngineError`.
"""

from engine.access import Actor
from engine.errors import EngineError
from engine.runtime import Engine, Transaction

__all__ = ["Actor", "Engine", "EngineError", "Transaction"]
