"""What can be asked: reads `f(tx, …)` that `Engine.read` carries out, scoped in SQL to what the actor may see."""
