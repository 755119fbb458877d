"""How Python becomes a graph: containers, the lazy array, NumPy's names, typed formulas."""
