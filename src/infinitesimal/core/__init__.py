"""What a program is: types, nodes, graphs, their text, their check, and their meaning in NumPy."""
