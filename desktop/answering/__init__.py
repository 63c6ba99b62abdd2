"""Questions become answers with footnotes: finding, prompting, checking sentences against sources."""
