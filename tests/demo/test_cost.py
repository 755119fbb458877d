import numpy as np

import infinitesimal as dx
from infinitesimal.demo import cost


def test_every_method_agrees_on_the_gradient():
    table = dx.compare(cost.rippled_valley, cost.start(20))
    least = {"forward-difference": 5, "backward-difference": 5, "central-difference": 7}
    assert not [row.note for row in table if row.note]
    assert all(row.digits >= least.get(row.method, 10) for row in table)


def test_one_sweep_serves_any_number_of_inputs():
    for n in (10, 1000):
        row = dx.compare(cost.rippled_valley, cost.start(n), methods=["reverse"])["reverse"]
        assert (row.evaluations, row.sweeps) == (1, 1)


def test_forward_mode_is_cheaper_where_outputs_are_many():
    table = dx.compare(cost.orbit, 1.0, methods=("dual", "reverse"))
    assert np.shape(table["dual"].value[0]) == (cost.PARAMETERS,)
    assert 100 * table["dual"].operations < table["reverse"].operations


def test_the_page_fits_a_terminal(monkeypatch):
    monkeypatch.setattr(cost, "PARAMETERS", 20)
    monkeypatch.setattr(cost, "SIZES", (5, 10))
    assert max(map(len, cost.page().splitlines())) <= 80
