"""Opens the window: `python -m desktop [--data DIR]`."""

from desktop.gui.app import main

if __name__ == "__main__":
    raise SystemExit(main())
