"""The pages of docs/learn, each a derivation worked out by the library itself.

`python -m tools.learn` writes them; a test compares them with what would be written now.
"""

from pathlib import Path

import infinitesimal as dx

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "learn"
TEXT, POINT = "(x+y)(x+2y)", {"x": 2, "y": 3}

PAGES = {
    "symbolic": (
        "The symbolic method",
        "A formula becomes another formula, rule by rule. What comes out holds at every point and\n"
        "can be read; but it tends to be long, and it needs a formula to begin with.",
    ),
    "numerical": (
        "The numerical method",
        "Change an input a little and see how much the value changes. It needs nothing but the\n"
        "function itself; but a step that is too large is off by what the function does in\n"
        "between, one that is too small by rounding, and every input costs another evaluation.",
    ),
    "forward": (
        "Forward mode",
        "Every number carries along how fast it moves: the part before ε. One pass gives the\n"
        "derivative of everything with respect to one input, exact to rounding.",
    ),
    "reverse": (
        "Reverse mode",
        "Compute once and remember; then go back from the result and hand each operand its share.\n"
        "One sweep gives the derivative of one result with respect to everything, exact to\n"
        "rounding: this is how networks of millions of weights are trained.",
    ),
    "comparison": (
        "The methods side by side",
        "The same derivative by all four methods, what each costs in arithmetic operations, and\n"
        "how that grows with the number of inputs and results.",
    ),
}


def page(name: str) -> str:
    """The text of a page."""
    title, opening = PAGES[name]
    methods = "all" if name == "comparison" else name
    told = dx.explain(TEXT, at=POINT, methods=methods)
    body = told.to_markdown(title="")
    if name == "comparison":
        body = body[body.index("## Side by side") :]
    answer = "reverse" if name == "comparison" else name
    return f"""# {title}

{opening}

This page was written by the library:

```python
>>> import infinitesimal as dx
>>> told = dx.explain("{TEXT}", at={POINT}, methods="{methods}")
>>> told.results()["{answer}"]
{told.results()[answer]}
```

`told.show()` tells it in the terminal, `told.to_latex()` writes it for a handout.

{body.strip()}
"""


def main() -> None:
    """Write every page."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in PAGES:
        (FOLDER / f"{name}.md").write_text(page(name), encoding="utf-8")


if __name__ == "__main__":
    main()
