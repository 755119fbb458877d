"""How hard the property tests try: three Hypothesis profiles, and how many programs each asks for.

`quick` is the default. `HYPOTHESIS_PROFILE=ci` or `--hypothesis-profile=ci` chooses another. A law
about whole random programs asks for more examples than the profile's default:

    @settings(max_examples=programs())
    @given(random_programs())
    def test_forward_agrees_with_reverse(program): ...
"""

import os
from dataclasses import dataclass

from hypothesis import HealthCheck, settings


@dataclass(frozen=True)
class Effort:
    """`examples` of each property, `programs` of each law; `repeatable`: the same ones each run."""

    examples: int
    programs: int
    repeatable: bool


EFFORTS = {
    "quick": Effort(examples=25, programs=200, repeatable=True),
    "ci": Effort(examples=100, programs=2_000, repeatable=True),
    "full": Effort(examples=1_000, programs=100_000, repeatable=False),
}


def register() -> None:
    """Tell Hypothesis of the profiles, and load the one that the environment names."""
    for name, effort in EFFORTS.items():
        settings.register_profile(
            name,
            max_examples=effort.examples,
            derandomize=effort.repeatable,  # a run that fails, fails because of the change
            deadline=None,  # the first example of a shape compiles
            suppress_health_check=[HealthCheck.too_slow],  # for the same reason
            print_blob=True,  # what to paste to see a failure again
        )
    settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


def programs() -> int:
    """How many random programs a law is tried on, under the profile in force."""
    return EFFORTS[settings.get_current_profile_name()].programs
