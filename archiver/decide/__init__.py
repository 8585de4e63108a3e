"""What is done with an article: from all that the archive has of it, and all that was made of it, come decisions.

Pure: no clock, no I/O. A dry run and `--diff` are decisions that are not carried out.
"""

from archiver.decide.candidate import Candidate, Place, in_order, place
from archiver.decide.day import on_its_day
from archiver.decide.decide import Judge, Policy, decide
from archiver.decide.decision import Decision, Hold, Keep, Older, Quarantine, Write
from archiver.decide.resolver import ArticleResolver, ComparedText, letters, own_key
from archiver.decide.texts import MAX_SAME_IN_A_ROW, Believe, Doubt, SameText, Texts, Verdict, judge_edits
from archiver.decide.union import Union, unions

__all__ = [
    "MAX_SAME_IN_A_ROW",
    "ArticleResolver",
    "Believe",
    "Candidate",
    "ComparedText",
    "Decision",
    "Doubt",
    "Hold",
    "Judge",
    "Keep",
    "Older",
    "Place",
    "Policy",
    "Quarantine",
    "SameText",
    "Texts",
    "Union",
    "Verdict",
    "Write",
    "decide",
    "in_order",
    "judge_edits",
    "letters",
    "on_its_day",
    "own_key",
    "place",
    "unions",
]
