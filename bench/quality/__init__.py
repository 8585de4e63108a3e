"""How well pages are read, beside other tools: on page sets that others collected, where those are there."""
