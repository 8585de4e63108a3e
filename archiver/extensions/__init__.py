"""Extensions: what a run keeps of what went wrong, and what it says at its end."""
