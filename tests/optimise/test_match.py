"""The matching of rules: placeholders, numbers, orders, conditions, and the table of all rules."""

from infinitesimal.core.formula_text import written
from infinitesimal.core.leaf import constant
from infinitesimal.core.node import Node
from infinitesimal.core.primitive import REGISTRY
from infinitesimal.optimise import algebra, arrays
from infinitesimal.optimise.match import Rule, number_of, placeholders, rule
from tests.formulas import NAMES, X, Y

a, b, k = placeholders(3)


def applied(law: Rule, node: Node) -> str | None:
    after = law(node)
    return None if after is None else written(after, NAMES)


def test_a_placeholder_that_stands_twice_stands_for_one_thing():
    double = rule("a + a → 2·a", a + a, 2 * a)
    assert applied(double, X + X) == "2*x"
    assert applied(double, X + Y) is None


def test_commuting_operands_match_in_either_order():
    once = rule("a·1 → a", a * 1, a)
    assert applied(once, 1 * X) == applied(once, X * 1) == "x"
    inside = rule("(a + b)·a → b", (a + b) * a, b)
    for node in ((X + Y) * X, (Y + X) * X, X * (X + Y), X * (Y + X)):
        assert applied(inside, node) == "y"


def test_ordered_rules_match_as_they_stand():
    law = rule("a·(k·b) → k·(a·b)", a * (k * b), k * (a * b), constants=[k], ordered=True)
    assert applied(law, X * (2 * Y)) == "2*x*y"
    assert applied(law, (2 * Y) * X) is None


def test_differences_do_not_commute():
    law = rule("a − 0 → a", a - 0, a)
    assert applied(law, X - 0) == "x"
    assert applied(law, 0 - X) is None


def test_constants_must_be_numbers():
    law = rule("k·(−a) → (−k)·a", k * (-a), (-k) * a, constants=[k])
    assert applied(law, 3 * (-X)) == "-3*x"
    assert applied(law, Y * (-X)) is None


def test_conditions_see_the_numbers_in_the_order_of_the_placeholders():
    m = placeholders(1)[0]
    law = rule("k·a + m → m", k * a + m, m, constants=[m, k], when=lambda k, m: k > m)
    assert applied(law, 3 * X + 2) == "2"
    assert applied(law, 2 * X + 3) is None


def test_other_words_and_parameters_do_not_match():
    power = REGISTRY["integer_power"]
    law = rule("a³ → a", power(a, n=3), a)
    assert applied(law, power(X, n=3)) == "x"
    assert applied(law, power(X, n=4)) is None
    assert applied(law, X * X) is None


def test_a_rule_narrowed_to_what_it_can_match():
    law = rule("a·(−b) → −(a·b)", a * (-b), -(a * b))
    assert law.fitting(("add", "input", "negative")) is None
    narrowed = law.fitting(("multiply", "input", "negative"))
    assert narrowed is not None
    assert len(law.patterns) == 2
    assert len(narrowed.patterns) == 1
    assert law.fitting(("multiply", "input", "sin")) is None


def test_numbers():
    assert number_of(constant(2.5)) == 2.5
    assert number_of(constant(True)) is None
    assert number_of(X) is None


def test_the_table_of_rules(golden):
    sets = {name: getattr(algebra, name) for name in sorted(algebra.__all__) if name != "FORMULA"}
    lines: list[str] = []
    for name, rules in {**sets, "SHAPES": arrays.SHAPES}.items():
        lines += [name, *(f"  {law.name:<40}{sides(law)}" for law in rules), ""]
    golden("rules.txt", "\n".join(lines))


def sides(law: Rule) -> str:
    """Both sides of a rule, with the brackets that Python needs."""
    if not law.patterns or not isinstance(law.after, Node):
        return "by function"
    letters = {getattr(algebra, letter): letter for letter in "abcxykm"}
    left, right = (written(x, letters, "source") for x in (law.patterns[0], law.after))
    return f"{left}  →  {right}"
