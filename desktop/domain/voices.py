"""How a conversation is answered: the tones laid over the model, and the form of the answers."""

from dataclasses import dataclass

from desktop.domain.answers import AnswerFormat, ToneChoice


@dataclass(frozen=True, slots=True)
class Shape:
    """The form of an answer. `schema` is the user's, for SQL and JSON: statements that create tables, a JSON Schema."""

    format: AnswerFormat = AnswerFormat.PLAIN
    schema: str = ""


@dataclass(frozen=True, slots=True)
class Voice:
    """Both schemas are kept while another format is chosen."""

    tones: tuple[ToneChoice, ...] = ()
    format: AnswerFormat = AnswerFormat.PLAIN
    sql_schema: str = ""
    json_schema: str = ""

    @property
    def shape(self) -> Shape:
        schemas = {AnswerFormat.SQL: self.sql_schema, AnswerFormat.JSON: self.json_schema}
        return Shape(self.format, schemas.get(self.format, ""))
