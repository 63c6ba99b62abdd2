"""Pieces of words find what stems miss, in shares from 0 to 1."""

from desktop.answering.word_pieces import WordPieces


def test_compounds_and_other_spellings_share_pieces() -> None:
    pieces = WordPieces(["Die Mietsicherheit wird verzinst.", "Haustiere sind nicht erlaubt."])
    first, second = pieces.shares("Sicherheit der Miete")
    assert first > 2 * second


def test_the_same_text_shares_all_and_a_strange_one_nothing() -> None:
    pieces = WordPieces(["The rent is 950 euros.", "", "zzz"])
    shares = pieces.shares("The rent is 950 euros")
    assert shares[0] == 1.0
    assert all(0 <= share < 0.2 for share in shares[1:])
    assert pieces.shares("") == [0.0, 0.0, 0.0]


def test_rare_pieces_weigh_more() -> None:
    pieces = WordPieces(["the town of Basel", "the town of Lyon", "the town of Turin"])
    basel, lyon, _ = pieces.shares("Basel the town")
    assert basel > lyon
