"""The pages of docs/learn, each a derivation worked out by the library itself.

`python -m tools.learn` writes them; a test compares them with what would be written now.
"""

from pathlib import Path

import numpy as np

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
    "loop": (
        "A loop, told folded",
        "A loop of thirty steps is as short to read as one of three: its step, and the values of\n"
        "the first, the second and the last. Here money grows for thirty years at rising rates,\n"
        "and c says how much of each rate is paid.",
    ),
    "newton": (
        "Newton's square root",
        "How often this loop repeats depends on the point. The derivative comes with the last\n"
        "step: where the iteration began no longer matters, and the way back says so.",
    ),
}

# The functions of pages that are not about (x+y)(x+2y): their text, and the point.
FUNCTIONS = {
    "loop": (
        """rates = np.linspace(0.01, 0.05, 30)
def growth(c):
    return dx.scan(lambda s, rate: (s * (1 + rate * c), None), 1.0, rates)[0]
""",
        "growth",
        1.0,
    ),
    "newton": (
        """def root(a):
    return dx.while_loop(lambda s: abs(s * s - a) > 1e-12, lambda s: (s + a / s) / 2, a)
""",
        "root",
        2.0,
    ),
}
EXACT = ("symbolic", "forward", "reverse")


def page(name: str) -> str:
    """The text of a page."""
    title, opening = PAGES[name]
    if name in FUNCTIONS:
        code, function, at = FUNCTIONS[name]
        scope = {"np": np, "dx": dx}
        exec(code, scope)  # the text is written down above
        told = dx.explain(scope[function], at=at, methods=EXACT, detail="brief")
        before = "".join(f"{_prompt(line)}{line}\n" for line in code.splitlines())
        asked = f'{function}, at={at}, methods={EXACT}, detail="brief"'
        before = f">>> import numpy as np\n{before}"
    else:
        methods = "all" if name == "comparison" else name
        told = dx.explain(TEXT, at=POINT, methods=methods)
        before, asked = "", f'"{TEXT}", at={POINT}, methods="{methods}"'
    body = told.to_markdown(title="")
    if name == "comparison":
        body = body[body.index("## Side by side") :]
    answer = name if name in told.results() else "reverse"
    return f"""# {title}

{opening}

This page was written by the library:

```python
>>> import infinitesimal as dx
{before}>>> told = dx.explain({asked})
>>> told.results()["{answer}"]
{told.results()[answer]}

```

`told.show()` tells it in the terminal, `told.to_latex()` writes it for a handout.

{body.strip()}
"""


def _prompt(line: str) -> str:
    return "... " if line.startswith(" ") else ">>> "


def main() -> None:
    """Write every page."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in PAGES:
        (FOLDER / f"{name}.md").write_text(page(name), encoding="utf-8")


if __name__ == "__main__":
    main()
