"""What can be asked of this package, as functions `f(tx, …)` that `Engine.run` runs."""
