"""Forms of answers: what of a text is taken, what each piece of it claims, and what is wrong with it."""

import json

import pytest

from desktop.answering.answerer import Answerer
from desktop.answering.forms.form import Claim, Form
from desktop.answering.forms.json_form import json_problems, read_schema
from desktop.answering.forms.keeping import NO_FORM, in_form
from desktop.answering.forms.known import form_of
from desktop.answering.forms.sql_form import check_schema
from desktop.answering.interfaces import AskedQuestion, Draft
from desktop.answering.prompting import RULES, build_prompt
from desktop.domain.answers import AnswerFormat, Support
from desktop.domain.errors import UserError
from desktop.domain.voices import Shape, Voice
from desktop.protocol.runner_messages import Generated, Turn
from tests.unit.answering.fakes import Listening, QueuedModel, TextLibrary
from tests.unit.answering.test_answers import LIBRARY, check_promises

RENT = "What is the monthly rent of the flat?"

LEASES = "CREATE TABLE leases (unit INTEGER PRIMARY KEY, tenant TEXT, notice_months INTEGER);"
INVOICE = json.dumps(
    {
        "type": "object",
        "properties": {"party": {"type": "string"}, "months": {"type": "integer"}, "petsAllowed": {"type": "boolean"}},
        "required": ["party", "months"],
        "additionalProperties": False,
    }
)


def form(kind: str, schema: str = "") -> Form:
    made = form_of(Shape(AnswerFormat(kind), schema))
    assert made is not None
    return made


def claims(of: Form, text: str, question: str = "What?") -> list[tuple[str, str]]:
    """(the piece as it stands, what it says), having checked that pieces leave out nothing but white space."""
    found: tuple[Claim, ...] = of.claims(text, question)
    left = list(text)
    for claim in found:
        left[claim.start : claim.end] = [" "] * (claim.end - claim.start)
    assert not "".join(left).strip()
    return [(text[claim.start : claim.end], claim.says) for claim in found]


def generated(text: str, reason: str = "stop") -> Generated:
    fields = dict.fromkeys(Generated.__dataclass_fields__, 0)
    return Generated(**{**fields, "text": text, "reason": reason})  # pyright: ignore[reportArgumentType]


def test_plain_answers_have_no_form() -> None:
    assert form_of(Shape()) is None
    assert Voice().shape == Shape()


def test_a_list_is_one_claim_a_point() -> None:
    bullets = form("bullets")
    text = bullets.tidy("* The notice is three months. [1]\n2. The rent is due on the 1st.\n")
    assert text == "- The notice is three months.\n- The rent is due on the 1st."
    assert claims(bullets, text) == [(line, line) for line in text.splitlines()]
    assert not bullets.problems(text)
    assert bullets.problems("The notice is three months.")


def test_what_is_polite_in_an_email_claims_nothing() -> None:
    email = form("email")
    text = email.tidy(
        "```\nSubject: Notice period of Unit 4\n\nDear Ms Hill,\n\nI hope this email finds you well. "
        "I am writing to inform you about the lease of Unit 4. The notice period is three months.\n\n"
        "Please let me know if you have any questions.\n\n"
        "Best regards,\n[Your Name]\n```"
    )
    said = [says for _, says in claims(email, text) if says]
    assert said == ["Notice period of Unit 4", "The notice period is three months."]
    question = "What is the notice period of Unit 4?"
    assert [says for _, says in claims(email, text, question) if says] == ["The notice period is three months."]


def test_a_table_is_one_claim_a_row() -> None:
    table = form("table")
    text = table.tidy("Here it is:\n| Unit | Notice |\n|:---|---|\n| 4 | three months |\n| 5 | a \\| b |\nDone.")
    assert [says for _, says in claims(table, text)] == ["", "", "4, three months", "5, a | b"]
    assert not table.problems(text)
    assert table.problems("No table.") == ("The model did not write a table.",)
    assert table.problems("| a | b |\n|---|---|") == ("The table has no rows.",)
    assert table.problems("| a | b |\n|---|---|\n| 1 |") == ("Row 1 has 1 cells, not 2.",)


def test_each_json_value_is_a_claim() -> None:
    made = form("json", INVOICE)
    text = made.tidy('Sure: ```json\n{"party": "Hill, Ltd.", "months": 3, "petsAllowed": false}\n```')
    said = [says for _, says in claims(made, text)]
    assert said == ["", "Hill, Ltd.", "months 3", "not pets Allowed", ""]
    assert not made.problems(text)


def test_json_is_held_against_its_schema() -> None:
    made = form("json", INVOICE)
    assert made.problems("three months")[0].startswith("It is no JSON")
    assert made.problems('{"party": 4, "months": 3}') == ("party: 4 is not of type 'string'",)
    assert made.problems('{"party": "x"}') == ("As a whole: 'months' is a required property",)
    many = {"type": "array", "items": {"type": "string"}}
    assert len(json_problems(json.dumps(list(range(50))), many)) == 5


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "can't be read"),
        ("[]", "must be an object"),
        ('{"type": "nonsense"}', "type"),
        ('{"$ref": "https://example.org/x.json"}', "$ref: it points outside itself, to https://example.org/x.json"),
        (
            '{"properties": {"a": {"pattern": "^(a+)+$"}}}',
            "properties.a.pattern: the “pattern” ^(a+)+$ may take too long",
        ),
        (
            '{"items": {"patternProperties": {"^a": {}}}}',
            "items.patternProperties: “patternProperties” can't be checked",
        ),
        (
            '{"$ref": "#/x/properties", "x": {"properties": {"pattern": "(a+)+$"}}}',
            "x.properties.pattern: the “pattern”",
        ),
        ('{"properties": {"a": {"pattern": 7}}}', "properties.a.pattern: 7 is not of type 'string'"),
        ('{"anyOf": [{}, {"type": 7}]}', "anyOf.1.type"),
        ('{"a":' * 60 + "{}" + "}" * 60, "nested"),
        (" " * 20_000, "12000"),
    ],
)
def test_schemas_that_can_not_be_used(text: str, reason: str) -> None:
    with pytest.raises(UserError) as caught:
        read_schema(text)
    assert reason in caught.value.hint


@pytest.mark.parametrize(
    ("pattern", "fits", "fails"),
    [
        ("^[A-Z]{2}-\\d+$", "HG-9", "hg-9"),
        ("^\\d{4}-\\d{2}-\\d{2}$", "2026-11-29", "29 November"),
        ("^£[0-9,]+\\.\\d{2}$", "£6,450.00", "6450"),
        ("^[^@ ]{1,40}@example\\.org$", "ada@example.org", "ada"),
        ("^Unit ", "Unit 4", "The Unit"),
    ],
)
def test_a_simple_pattern_is_checked(pattern: str, fits: str, fails: str) -> None:
    schema = read_schema(json.dumps({"properties": {"a": {"type": "string", "pattern": pattern}}}))
    assert json_problems(json.dumps({"a": fits}), schema) == ()
    assert json_problems(json.dumps({"a": fails}), schema)[0].startswith(f"a: {fails!r} does not match")


@pytest.mark.parametrize(
    "pattern",
    [
        "a+", "^(a+)+$", "^a|b$", "^a+a+$", "^a*b*c*$", "^a{0,60}a{0,60}$", "^a{1000}$", "^a{9,3}$", "^[a-$", "^(?=a)$",
        "^a+?$", "^a**$", "^\\1$", "^a$b$", "^" + "a?" * 60 + "$", "^" + "a" * 300,
    ],
)  # fmt: skip
def test_a_pattern_that_may_take_long_is_refused(pattern: str) -> None:
    with pytest.raises(UserError, match="can't be used"):
        read_schema(json.dumps({"pattern": pattern}))


def test_a_field_may_be_called_pattern() -> None:
    assert read_schema('{"properties": {"pattern": {"type": "string"}, "$ref": {"type": "string"}}}')


def test_a_reference_that_leads_nowhere_is_a_problem() -> None:
    assert json_problems("{}", read_schema('{"$ref": "#/$defs/none"}'))[0].startswith("The schema can't be followed")


def test_sql_is_prepared_by_sqlite_and_never_run() -> None:
    made = form("sql", LEASES)
    assert not made.problems("SELECT tenant FROM leases WHERE notice_months > 3;")
    assert not made.problems("INSERT INTO leases VALUES (4, 'O''Hill; Ltd', 3);\nDELETE FROM leases WHERE unit = 5;")
    assert made.problems("SELECT landlord FROM leases") == ("SQLite would refuse it: no such column: landlord.",)
    assert "no such table" in made.problems("SELECT * FROM tenants")[0]
    assert made.problems("The notice is three months.")
    assert "not authorized" in made.problems("ATTACH 'x.db' AS x")[0]
    assert made.problems("") == ("It is no SQL.",)


def test_the_statement_is_taken_out_of_what_is_said_around_it() -> None:
    made = form("sql", LEASES)
    said = "This does it:\n```sql\nINSERT INTO leases VALUES (4, 'Hill', 3), (5, 'Ames', 6);\n```\nGood luck!"
    assert made.tidy(said) == "INSERT INTO leases VALUES (4, 'Hill', 3),\n(5, 'Ames', 6);"
    assert made.tidy("SELECT 1;\nThis selects one.") == "SELECT 1;"


def test_sql_claims_what_neither_question_nor_tables_say() -> None:
    made = form("sql", LEASES)
    text = "INSERT INTO leases VALUES (4, 'Hill', 3),\n(5, 'Ames', 6);"
    assert [says for _, says in claims(made, text, "Add Unit 4 and 5")] == ["Hill, 3", "Ames, 6"]
    assert [
        says for _, says in claims(made, "SELECT unit FROM leases WHERE tenant LIKE '%Hill%'", "Where is Hill?")
    ] == [""]


@pytest.mark.parametrize("schema", ["", "SELECT 1;", "CREATE TABLE x (", "ATTACH 'a' AS b;", "x" * 20_000])
def test_tables_that_are_none(schema: str) -> None:
    with pytest.raises(UserError):
        check_schema(schema)


def test_making_tables_can_not_go_on_for_ever() -> None:
    endless = "CREATE TABLE t AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i FROM n) SELECT i FROM n;"
    with pytest.raises(UserError, match="schema can't be used"):
        check_schema(endless)


@pytest.mark.parametrize("kind", ["sql", "json"])
def test_a_schema_is_needed(kind: str) -> None:
    with pytest.raises(UserError, match="needs a schema"):
        form_of(Shape(AnswerFormat(kind)))


def test_what_does_not_keep_the_form_is_asked_for_once_more() -> None:
    asked: list[tuple[Turn, ...]] = []

    def again(turns: tuple[Turn, ...]) -> Generated:
        asked.append(turns)
        return generated('{"party": "Hill", "months": 3}')

    made = form("json", INVOICE)
    written = in_form(made, (Turn("user", "?"),), generated('{"party": "Hill"}'), again)
    assert (json.loads(written.text), written.problems) == ({"party": "Hill", "months": 3}, ())
    assert [turn.role for turn in asked[0]] == ["user", "assistant", "user"]
    assert "'months' is a required property" in asked[0][-1].text


def test_a_second_failure_keeps_the_first_and_says_what_is_wrong() -> None:
    written = in_form(form("json", INVOICE), (), generated('{"party": "Hill"}'), lambda _: generated("Sorry?"))
    assert json.loads(written.text) == {"party": "Hill"}
    assert written.problems and not written.refuses


def test_refusals_and_what_is_cut_off_are_not_asked_again() -> None:
    def never(_: tuple[Turn, ...]) -> Generated:
        raise AssertionError

    assert in_form(form("json", INVOICE), (), generated("Not in the sources."), never).refuses
    assert in_form(form("email"), (), generated("Not in the sources."), never).refuses
    cut = in_form(form("json", INVOICE), (), generated('{"party": "Hi', "length"), never)
    assert "cut off" in cut.problems[0]


def answered(model: QueuedModel, kind: str, question: str = RENT, schema: str = "") -> Draft:
    asked = AskedQuestion(question, form=form_of(Shape(AnswerFormat(kind), schema)))
    return Answerer(TextLibrary(LIBRARY), model).answer(asked, Listening())


def test_an_answer_in_a_form_is_checked_piece_by_piece() -> None:
    model = QueuedModel("- The monthly rent of the flat is 950 euros. [1]\n- The flat has a swimming pool on the roof.")
    draft = answered(model, "bullets")
    assert [sentence.support for sentence in draft.sentences] == [Support.SUPPORTED, Support.UNSUPPORTED]
    assert draft.sentences[0].text == "- The monthly rent of the flat is 950 euros."
    assert "list" in model.prompts[0][0].text and not draft.problems
    check_promises(draft, TextLibrary(LIBRARY))


def test_the_second_try_is_held_to_the_schema() -> None:
    schema = '{"type": "object", "properties": {"rent": {"type": "string"}}, "required": ["rent"]}'
    model = QueuedModel('{"price": "950 euros"}', '{"rent": "950 euros"}')
    draft = answered(model, "json", schema=schema)
    assert json.loads(draft.text) == {"rent": "950 euros"} and not draft.problems
    assert model.schemas == ["", schema]
    assert schema in model.prompts[0][1].text
    assert [sentence.support for sentence in draft.sentences] == [Support.NONE, Support.SUPPORTED, Support.NONE]
    check_promises(draft, TextLibrary(LIBRARY))


def test_invented_values_become_a_refusal() -> None:
    schema = '{"type": "object", "properties": {"colour": {"type": "string"}}}'
    assert answered(QueuedModel('{"colour": "bright purple"}'), "json", schema=schema).refused
    assert answered(QueuedModel("Not in the sources."), "table").refused


def test_sql_needs_no_files() -> None:
    model = QueuedModel("SELECT unit FROM leases WHERE notice_months > 6;")
    draft = answered(model, "sql", "Which units have a zebra notice over 6 months?", LEASES)
    assert not draft.refused and not draft.problems
    assert [sentence.support for sentence in draft.sentences] == [Support.NONE]


def test_without_a_model_files_are_quoted_and_that_is_said() -> None:
    asked = AskedQuestion(RENT, form=form("bullets"))
    draft = Answerer(TextLibrary(LIBRARY), None).answer(asked, Listening())
    assert draft.footnotes and draft.problems == (NO_FORM,)


def test_plain_prompts_are_as_they_were() -> None:
    """Kept generations are found by the prompt's hash."""
    library, model = TextLibrary(LIBRARY), QueuedModel()
    (passage,) = library.find(RENT, 1)[:1]
    prompt = build_prompt(RENT, (), (passage,), model, 100)
    assert prompt.turns[0] == Turn("system", RULES)
    assert prompt.turns[1].text.startswith("Sources:\n\n[1] ") and prompt.turns[1].text.endswith(
        f"\n\nQuestion: {RENT}"
    )
