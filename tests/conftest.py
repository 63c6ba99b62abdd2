"""What all tests share: child processes find the scripted ones of these tests."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

# children run with PYTHONSAFEPATH, so the folder we were started from is not on their path by itself
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH", ""))))
