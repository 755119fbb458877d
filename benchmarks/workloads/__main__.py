"""Print the tables of the workloads alone: `python -m benchmarks.workloads`."""

from benchmarks.workloads.table import tables

if __name__ == "__main__":
    print("\n".join(tables()))
