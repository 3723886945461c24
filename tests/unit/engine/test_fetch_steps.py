"""What comes next for a file of a partner's server, in every case that there is."""

from __future__ import annotations

from itertools import product

import pytest

from edigate.engine import fetch_steps
from edigate.engine.fetch_steps import Facts, Step, next_step
from edigate.ledger.fetches import State

MAY_BE = {"yes": {True}, "no": {False}, "*": {True, False}}
# The rows of the module's table: states, what each fact may be, the step.
TABLE = [
    (set(map(State, words[0].split("/"))), [MAY_BE[word] for word in words[1:5]], Step[words[5].strip(":;,")])
    for words in map(str.split, str(fetch_steps.__doc__).splitlines())
    if len(words) > 5 and set(words[1:5]) <= MAY_BE.keys()
]


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("facts", [Facts(*facts) for facts in product([True, False], repeat=4)], ids=str)
def test_what_comes_next_is_what_the_table_says(state: State, facts: Facts) -> None:
    """In each case exactly one row of it speaks."""
    steps = [
        step
        for states, facts_may_be, step in TABLE
        if state in states and all(fact in may_be for fact, may_be in zip(facts, facts_may_be, strict=True))
    ]
    assert steps == [next_step(state, facts)]
