"""The derivative of a graph, by every method: from graph to graph, or from function to number."""
