"""Functions of the field's public benchmark, written in plain NumPy as a user would write them.

Each module holds one: where its numbers come from (`inputs`), the function (`objective`) and its
derivative (`jacobian`). `python -m benchmarks.workloads` measures them beside hand-derived NumPy
and JAX; the references live in `tests/workloads`, where they also check every number.
"""
