"""Sets Footnote up, runs it and tests it: `python3 -m installer run|test|setup|bench|lock`.

Standard library only: it runs before anything is installed. It never imports what it installs.
"""
