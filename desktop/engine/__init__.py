"""The engine process: requests, life cycle, and the one place where its objects are built."""
