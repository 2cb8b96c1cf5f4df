"""What the service tasks of the diagrams call by name: functions `f(tx, case)` that write domain rows."""
