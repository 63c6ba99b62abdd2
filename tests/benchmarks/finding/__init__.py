"""The parts of `python3 -m installer bench find`: libraries, scoring, resampling, peers, report."""
