"""The provable history: hash chains, their verification."""
