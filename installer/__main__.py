"""Entry of `python3 -m installer`. Written for any Python 3, so that an old one gets a sentence, not a traceback."""

import sys

OLDEST = (3, 11)

if sys.version_info < OLDEST:
    # Nothing newer than Python 2.7 may be in this file: those must be able to read it.
    sys.stderr.write("Footnote needs Python %d.%d or newer; " % OLDEST)  # noqa: UP031 -- no f-strings there
    sys.stderr.write("this is Python %d.%d (%s).\n" % (sys.version_info[0], sys.version_info[1], sys.executable))  # noqa: UP031 -- no f-strings there
    sys.stderr.write("What to do: install a newer one (python.org, or your system's packages),\n")
    sys.stderr.write("then run it by its name, for example: python3.12 -m installer run\n")
    sys.exit(2)

from installer.command_line import main  # noqa: E402 -- its syntax is newer than the check above

sys.exit(main(sys.argv[1:]))
