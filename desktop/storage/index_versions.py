"""How long versions of the search index outlive the next write. Loads nothing: the start of the engine needs it."""

import datetime

KEEP_VERSIONS = datetime.timedelta(seconds=5)  # a question may still read them; it reads again if not
