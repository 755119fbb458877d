"""The derivative of a graph, by every method: each a function from graph to graph, or from function to number."""
