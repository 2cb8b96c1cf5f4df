"""What can be done: one module per noun, plain functions `f(tx, …)` that `Engine.run` carries out."""
