"""Lines of the protocol: what is one, what is not, and how long one may be."""

import json

import pytest

from desktop.domain.errors import UserError
from desktop.protocol.codec import ProtocolError
from desktop.protocol.engine_messages import AnswerFinished, AnswerText
from desktop.protocol.lines import MAX_LINE, Event, event_line, event_name, fault_of, parse_line


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\n",
        b"not json\n",
        b"[]\n",
        b"null\n",
        b"{}\n",
        b'{"id":1}\n',
        b'{"id":1,"method":"status"}\n',
        b'{"id":1,"method":"status","params":{},"more":1}\n',
        b'{"id":1,"result":{},"error":null}\n',
        b'{"id":1,"result":[]}\n',
        b'{"id":"1","method":"status","params":{}}\n',
        b'{"id":true,"method":"status","params":{}}\n',
        b'{"id":1,"method":2,"params":{}}\n',
        b'{"id":1,"method":"status","params":[]}\n',
        b'{"event":"notice"}\n',
        b'{"event":1,"params":{}}\n',
        b'{"id":1,"error":{"kind":"user","title":"half a fault"}}\n',
        b'{"event":"x","params":{}}{"event":"y","params":{}}\n',
        b"\xff\xfe\n",
        b"[" * 100_000 + b"\n",
    ],
)
def test_what_is_no_line(line: bytes) -> None:
    with pytest.raises(ProtocolError):
        parse_line(line)


def test_a_line_over_the_limit_is_neither_read_nor_written() -> None:
    with pytest.raises(ProtocolError, match="over the limit"):
        parse_line(b" " * (MAX_LINE + 1))
    with pytest.raises(ProtocolError, match="over the limit"):
        event_line("answer_text", AnswerText(1, "x" * MAX_LINE))


def test_a_line_is_one_line_of_ascii_whatever_the_text() -> None:
    text = "two\nlines \u2028 Zürich \U0001f600 and a lone \udcff"
    line = event_line("answer_text", AnswerText(1, text))
    assert line.isascii() and line.endswith(b"\n") and line.count(b"\n") == 1
    assert parse_line(line) == Event("answer_text", {"answer_id": 1, "text": text})


def test_events_are_named_after_their_type() -> None:
    assert event_name(AnswerFinished) == "answer_finished"


def test_a_bug_travels_without_its_traceback() -> None:
    fault = fault_of(KeyError("x"))
    assert (fault.kind, fault.hint) == ("bug", "KeyError: 'x'")
    assert "Traceback" not in json.dumps(fault.hint)


def test_a_user_error_keeps_title_and_hint() -> None:
    fault = fault_of(UserError("No.", "Try this."))
    assert (fault.kind, fault.title, fault.hint) == ("user", "No.", "Try this.")
