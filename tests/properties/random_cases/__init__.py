"""Random schemas, rows, rules and formulas, on which both engines and the meaning must agree."""
