"""A better graph: rules that read as the algebra they state, and the passes that apply them."""
