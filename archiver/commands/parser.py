"""The parser of the command line: commands with examples, and mistakes with what may have been meant."""

from __future__ import annotations

import argparse
import re
import textwrap
from typing import Any, NoReturn

from archiver.errors import UsageError
from archiver.suggestions import did_you_mean

NO_NUMBER = re.compile(r"invalid (?:int|float) value: (.+)", re.DOTALL)
CHOICE = re.compile(r"argument (?P<name>.+?): invalid choice: (?P<given>.+?) \(choose from (?P<names>.+)\)", re.DOTALL)


class HelpFormatter(argparse.RawDescriptionHelpFormatter):
    """Wraps a description of one line, and leaves one of several (examples) as it stands."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:  # noqa: ARG002
        if "\n" not in text.strip():
            return textwrap.fill(text, width)
        lines = text.splitlines()
        fits = max(map(len, lines)) <= width
        return "\n".join(line if fits else _broken(line, width) for line in lines)


def _broken(line: str, width: int) -> str:
    """Return a line in several; what a command does stands under it."""
    command, gap, does = line.strip().partition("  ")
    if not gap:
        return textwrap.fill(line, width)
    return f"  {command}\n{textwrap.indent(textwrap.fill(does.strip(), width - 6), ' ' * 6)}"


class Parser(argparse.ArgumentParser):
    """Says what is wrong with a command line in one line, and what may have been meant."""

    def __init__(self, **options: object) -> None:
        """Take what ArgumentParser takes. Options are not abbreviated: what names one today may name two tomorrow."""
        super().__init__(
            **{"allow_abbrev": False, "formatter_class": HelpFormatter, **options}  # type: ignore[arg-type]
        )
        self._given: list[str] = []

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[Any, list[str]]:
        """Return what ArgumentParser returns."""
        self._given = [str(word) for word in args or ()]
        return super().parse_known_args(args, namespace)

    def error(self, message: str) -> NoReturn:
        """Raise UsageError."""
        if found := CHOICE.fullmatch(message):
            names = re.findall(r"[\w|-]+", found["names"])
            given = found["given"].strip("'\"")
            message = f"{found['name']}: there is no {given}{did_you_mean(given, names)}; there are {', '.join(names)}"
        elif found := re.fullmatch(r"argument (\S+): (.+)", message, re.DOTALL):
            wrong = NO_NUMBER.fullmatch(found[2])
            message = f"{found[1]}: {f'expected a whole number, got {wrong[1]}' if wrong else found[2]}"
        elif message.startswith("unrecognized arguments: "):
            message = self._unknown(message.removeprefix("unrecognized arguments: ").split()[0])
        elif message.startswith("the following arguments are required") and (wrong_option := self._no_option()):
            message = self._unknown(wrong_option)  # it is why they are missing, as far as can be told
        raise UsageError(f"{message} (see `{self.prog} --help`)")

    def refuse(self, argument: str) -> NoReturn:
        """Raise UsageError for an option where a command is due."""
        name = argument.partition("=")[0]
        meant = did_you_mean(name, self._option_string_actions) or "; options stand after the command"
        raise UsageError(f"{name}: no such option{meant} (see `{self.prog} --help`)")

    def _no_option(self) -> str:
        """Return the first of the words given that looks like an option and is none; empty if there is none."""
        options = (word for word in self._given if word.startswith("--") and word != "--")
        return next((word for word in options if word.partition("=")[0] not in self._option_string_actions), "")

    def _unknown(self, argument: str) -> str:
        if not argument.startswith("-"):
            return f"{argument}: one argument too many"
        name = argument.partition("=")[0]
        return f"{name}: no such option{did_you_mean(name, self._option_string_actions)}"
