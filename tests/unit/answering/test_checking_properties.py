"""Whatever a source says, its own words carry a sentence, and a changed fact never does: in several languages."""

import random
from dataclasses import dataclass

import pytest

from desktop.answering.checking import check
from desktop.answering.evidence import Evidence
from desktop.domain.answers import FoundPassage, Support
from tests.benchmarks.answering.recheck import unheld

SEEDS = range(12)


@dataclass(frozen=True, slots=True)
class Tongue:
    """`says` has {who}, {amount}, {day}, {month} and {year}; `denies` is the same, denied."""

    says: str
    denies: str
    other_unit: tuple[str, str]
    months: tuple[str, ...]


TONGUES = {
    "english": Tongue(
        "The supplier {who} receives a payment of {amount} euros for the repair on {day} {month} {year}.",
        "The supplier {who} does not receive a payment of {amount} euros for the repair on {day} {month} {year}.",
        ("euros", "dollars"),
        ("January", "March", "June", "October"),
    ),
    "german": Tongue(
        "Der Lieferant {who} erhält am {day}. {month} {year} für die Reparatur eine Zahlung von {amount} Euro.",
        "Der Lieferant {who} erhält am {day}. {month} {year} für die Reparatur keine Zahlung von {amount} Euro.",
        ("Euro", "Prozent"),
        ("Januar", "März", "Juni", "Oktober"),
    ),
    "french": Tongue(
        "Le fournisseur {who} reçoit le {day} {month} {year} un paiement de {amount} euros pour la réparation.",
        "Le fournisseur {who} ne reçoit pas le {day} {month} {year} un paiement de {amount} euros pour la réparation.",
        ("euros", "dollars"),
        ("Janvier", "Mars", "Juin", "Octobre"),
    ),
    "spanish": Tongue(
        "El proveedor {who} recibe el {day} de {month} de {year} un pago de {amount} euros por la reparación.",
        "El proveedor {who} nunca recibe el {day} de {month} de {year} un pago de {amount} euros por la reparación.",
        ("euros", "dollars"),
        ("Enero", "Marzo", "Junio", "Octubre"),
    ),
}
NAMES = ("Ada Lovelace", "Grace Hopper", "Emmy Noether", "Mary Anning", "Carl Benz", "Ole Worm")
AROUND = "The workshop opens early. Tools are kept in the cellar. "


@dataclass(frozen=True, slots=True)
class Fact:
    who: str
    amount: int
    day: int
    month: str
    year: int

    def told(self, pattern: str) -> str:
        return pattern.format(who=self.who, amount=self.amount, day=self.day, month=self.month, year=self.year)


def fact_of(tongue: Tongue, chance: random.Random) -> Fact:
    return Fact(
        chance.choice(NAMES),
        chance.randrange(100, 900),
        chance.randrange(13, 28),
        chance.choice(tongue.months),
        chance.randrange(1950, 2024),
    )


def other(values: tuple[str, ...], taken: str, chance: random.Random) -> str:
    return chance.choice([value for value in values if not set(value.split()) & set(taken.split())])


def support_of(claim: str, source: str) -> Support:
    text = f"{AROUND}{source} {AROUND}"
    return check(claim, Evidence([FoundPassage(1, 1, "/files/a.txt", 0, len(text), None, text, 1.0, "")], "")).support


@pytest.mark.parametrize("language", TONGUES)
@pytest.mark.parametrize("seed", SEEDS)
def test_its_own_words_carry_a_sentence_and_a_changed_fact_never_does(language: str, seed: int) -> None:
    chance, tongue = random.Random(seed), TONGUES[language]
    fact = fact_of(tongue, chance)
    source = fact.told(tongue.says)
    assert support_of(source, source) is Support.SUPPORTED
    changed = {
        "amount": source.replace(str(fact.amount), str(fact.amount + chance.randrange(1, 90))),
        "day": source.replace(f"{fact.day}", f"{fact.day + 2}", 1),
        "year": source.replace(str(fact.year), str(fact.year + 30)),
        "month": source.replace(fact.month, other(tongue.months, fact.month, chance)),
        "name": source.replace(fact.who, other(NAMES, fact.who, chance)),
        "unit": source.replace(*tongue.other_unit),
        "denial": fact.told(tongue.denies),
    }
    passed = [
        what for what, claim in changed.items() if claim == source or support_of(claim, source) is Support.SUPPORTED
    ]
    assert not passed


@pytest.mark.parametrize("seed", SEEDS)
def test_the_independent_re_check_sees_changed_facts_too(seed: int) -> None:
    chance, tongue = random.Random(seed), TONGUES["english"]
    fact = fact_of(tongue, chance)
    source = fact.told(tongue.says)
    assert not unheld(source, source)
    for changed in (
        source.replace(str(fact.amount), str(fact.amount + 7)),
        source.replace(fact.month, other(tongue.months, fact.month, chance)),
        source.replace(fact.who, other(NAMES, fact.who, chance)),
    ):
        assert unheld(changed, source)


@pytest.mark.parametrize("seed", SEEDS)
def test_numbers_are_the_same_however_they_are_written(seed: int) -> None:
    chance = random.Random(seed)
    thousands, rest = chance.randrange(2, 99), chance.randrange(100, 999)
    written = [f"{thousands}{mark}{rest}" for mark in ("", ",", ".", "'", "\u202f")]
    one, two = chance.sample(written, 2)
    assert support_of(f"The rent is {one} euros.", f"The rent is {two} euros.") is Support.SUPPORTED
    assert (
        support_of(f"The rent is {one} euros.", f"The rent is {thousands + 1},{rest} euros.") is not Support.SUPPORTED
    )
