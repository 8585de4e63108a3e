"""The parser of the command line. Its errors are one line, with a suggestion of what may have been meant."""

from __future__ import annotations

import argparse
import re
import textwrap
from itertools import islice, takewhile
from typing import Any, NoReturn

from archiver.errors import UsageError
from archiver.suggestions import did_you_mean

NO_NUMBER_PATTERN = re.compile(r"invalid (?:int|float) value: (.+)", re.DOTALL)
NO_VALUE_PATTERN = re.compile(r"ignored explicit argument (.+)", re.DOTALL)
CHOICE_PATTERN = re.compile(
    r"argument (?P<name>.+?): invalid choice: (?P<given>.+?) \(choose from (?P<names>.+)\)", re.DOTALL
)


class HelpFormatter(argparse.RawDescriptionHelpFormatter):
    """Wraps a description of one line. One of several lines (examples) is printed as it is, unless it is too wide."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:  # noqa: ARG002
        if "\n" not in text.strip():
            return textwrap.fill(text, width)
        lines = text.splitlines()
        fits = max(map(len, lines)) <= width
        return "\n".join(line if fits else _broken(line, width) for line in lines)


def _broken(line: str, width: int) -> str:
    """Return a line of examples as several lines: the command, and below it what it does."""
    command, gap, does = line.strip().partition("  ")
    if not gap:
        return textwrap.fill(line, width)
    return f"  {command}\n{textwrap.indent(textwrap.fill(does.strip(), width - 6), ' ' * 6)}"


def _in_our_words(message: str) -> str:
    """Return an error of argparse about the value of an option, in clearer words where there are any."""
    if match := NO_NUMBER_PATTERN.fullmatch(message):
        return f"expected a whole number, got {match[1]}"
    if match := NO_VALUE_PATTERN.fullmatch(message):
        return f"takes no value, got {match[1]}"
    return message


class Parser(argparse.ArgumentParser):
    """An ArgumentParser that reports errors in one line, with a suggestion of what may have been meant."""

    def __init__(self, **options: object) -> None:
        """Take the options of ArgumentParser. Abbreviations are refused: a later option could make them ambiguous."""
        super().__init__(
            **{"allow_abbrev": False, "formatter_class": HelpFormatter, **options}  # type: ignore[arg-type]
        )
        self._given: list[str] = []

    @property
    def commands(self) -> dict[str, Parser]:
        """The parsers of the commands below this one, by name."""
        return self._subparsers._group_actions[0].choices if self._subparsers else {}  # type: ignore[return-value]

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[Any, list[str]]:
        """Return what ArgumentParser returns. Options may be anywhere: argparse alone refuses positional arguments on
        both sides of an option."""
        self._given = [str(word) for word in args or ()]
        return super().parse_known_args(self._given if self._subparsers else self._sorted(), namespace)

    def _sorted(self) -> list[str]:
        """Return the given words, with the options and their values first."""
        options: list[str] = []
        positionals: list[str] = []
        words = iter(self._given)
        for word in words:
            if word == "--":
                positionals += words
            elif word == "-" or not word.startswith("-"):
                positionals.append(word)
            else:
                options += [word, *islice(words, self._values(word))]
        return (
            [*options, "--", *positionals]
            if any(word.startswith("-") for word in positionals)
            else [*options, *positionals]
        )

    def _values(self, word: str) -> int:
        """Return how many of the words after an option belong to it as values."""
        names = [word] if word.startswith("--") else [f"-{letter}" for letter in word[1:]]  # -vo FILE, -oFILE
        for name in names:
            action = self._option_string_actions.get(name)
            count = 1 if action and action.nargs is None else action.nargs if action else 0
            if isinstance(count, int) and count:
                return count if name == names[-1] else 0
        return 0

    def error(self, message: str) -> NoReturn:
        """Raise UsageError."""
        if wrong_option := self._no_option():
            message = self._unknown(wrong_option)  # reported first: it may have caused the other error
        elif match := CHOICE_PATTERN.fullmatch(message):
            names = re.findall(r"[\w|-]+", match["names"])
            value = match["given"].strip("'\"")
            message = f"{match['name']}: there is no {value}{did_you_mean(value, names)}; there are {', '.join(names)}"
        elif match := re.fullmatch(r"argument (\S+): (.+)", message, re.DOTALL):
            message = f"{match[1]}: {_in_our_words(match[2])}"
        elif message.startswith("unrecognized arguments: "):
            message = self._unknown(message.removeprefix("unrecognized arguments: ").split()[0])
        raise UsageError(f"{message} (see `{self.prog} --help`)")

    def refuse(self, argument: str) -> NoReturn:
        """Raise UsageError for an option that was given instead of a command."""
        name = argument.partition("=")[0]
        meant = did_you_mean(name, self._option_string_actions) or "; options stand after the command"
        raise UsageError(f"{name}: no such option{meant} (see `{self.prog} --help`)")

    def _no_option(self) -> str:
        """Return the first given word that begins with `--` but is not an option; empty if there is none."""
        before_marker = takewhile(lambda word: word != "--", self._given)
        options = (word for word in before_marker if word.startswith("--"))
        return next((word for word in options if word.partition("=")[0] not in self._option_string_actions), "")

    def _unknown(self, argument: str) -> str:
        if not argument.startswith("-"):
            return f"{argument}: one argument too many"
        name = argument.partition("=")[0]
        return f"{name}: no such option{did_you_mean(name, self._option_string_actions)}"
