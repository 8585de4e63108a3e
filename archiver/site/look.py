"""How a site looks: templates, styles and names, ours or the user's."""

from __future__ import annotations

import shlex
from contextlib import nullcontext
from functools import cached_property
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    FileSystemLoader,
    PackageLoader,
    StrictUndefined,
    TemplateNotFound,
    TemplateSyntaxError,
)
from jinja2 import (
    TemplateError as JinjaError,
)
from jinja2.sandbox import safe_range

import archiver
from archiver.errors import TemplateError, UsageError, in_a_line, os_reason
from archiver.posts.site_addresses import href, root_of
from archiver.site.accent import accent_style
from archiver.site.bounds import bounded
from archiver.site.constants import WordsEnvironment
from archiver.site.words import WORDS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jinja2 import Environment, Template

PACKAGED_TEMPLATES = files(__package__) / "templates"
COPIED_FILES = ("style.css", "search.js", "icon.svg")


class Look:
    """Renders the pages of one site.

    name: of the site. host: where it will be. language: of its own words. accent: a colour of CSS; empty: ours.
    templates: a directory whose files stand in for ours of the same names; None: there is none.
    """

    def __init__(
        self, name: str, host: str, language: str = "zh", accent: str = "", templates: Path | None = None
    ) -> None:
        if templates and not templates.is_dir():
            raise UsageError(f"{templates}: there is no such directory of templates")
        self.name, self.host, self.language, self.accent = name, host, language, accent
        self._theirs = templates
        ours = PackageLoader("archiver.site")
        loaders: list[BaseLoader] = [_Theirs(templates)] if templates else []
        words = WORDS[language]
        self._environment = WordsEnvironment(
            words,
            loader=ChoiceLoader([*loaders, ours]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,  # a build has one look, from its beginning to its end
        )
        self._environment.filters |= {
            "href": href,
            "shell": shlex.quote,
            "direction": direction,
            "articles": lambda size: words["article"] if size == 1 else words["articles"].format(size),
            "month": lambda number: words["months"].split("|")[number - 1],
        }
        self._environment.globals |= {"name": name, "host": host, "language": TAG_OF_LANGUAGE[language]}
        self._environment.globals["range"] = safe_range  # limited: a huge range would fill the memory
        self._templates: dict[str, Template] = {}

    def __reduce__(self) -> tuple[type[Look], tuple[object, ...]]:
        return Look, (self.name, self.host, self.language, self.accent, self._theirs)  # another process has its own

    @cached_property
    def digest(self) -> str:
        """A digest of all that decides how pages look, besides the archive: program, names, colours and templates."""
        parts = [archiver.__version__, self.name, self.host, self.language, self.accent]
        found = {one.name: one.read_bytes() for one in PACKAGED_TEMPLATES.iterdir()}
        if self._theirs:
            found |= {
                one.relative_to(self._theirs).as_posix(): _read(one) for one in self._theirs.rglob("*") if one.is_file()
            }
        code = (one.read_bytes() for one in sorted(Path(__file__).parent.glob("*.py")))
        whole = [*(part.encode() for part in parts), *code]
        whole += [part for name in sorted(found) for part in (name.encode(), found[name])]
        return sha256(b"\0".join(sha256(part).digest() for part in whole)).hexdigest()

    def page(self, template: str, path: str, **values: Any) -> str:
        """Return the page at `path`. Raises TemplateError."""
        return self._render(f"{template}.html", {"root": root_of(path), "path": path, **values})

    def text(self, template: str, **values: Any) -> str:
        """Return another text. Raises TemplateError."""
        return self._render(template, values)

    def copied(self) -> dict[str, bytes]:
        """Return the files that are on the site as they are, by their names."""
        found = {}
        for name in COPIED_FILES:
            theirs = self._theirs / name if self._theirs else None
            found[name] = _read(theirs) if theirs and theirs.is_file() else (PACKAGED_TEMPLATES / name).read_bytes()
        if self.accent:
            found["style.css"] += f"\n{accent_style(self.accent)}".encode()
        return found

    def _render(self, name: str, values: Mapping[str, Any]) -> str:
        try:
            # Our own templates need no bounds. These are around loading, too: Jinja computes constant expressions when
            # it compiles a template.
            with bounded() if self._theirs else nullcontext():
                if name not in self._templates:
                    self._templates[name] = self._environment.get_template(name)
                return self._templates[name].render(values)
        except TemplateError:
            raise
        except TemplateSyntaxError as error:
            raise TemplateError(f"{error.filename or error.name}:{error.lineno}: {error.message}") from error
        except TemplateNotFound as error:
            raise TemplateError(f"{name}: there is no template {error.name}") from error
        except (RecursionError, MemoryError, TimeoutError) as error:
            why = f"it never ends, or makes too much ({type(error).__name__})"
            raise TemplateError(f"{self._where(name, error)}: {why}") from error
        except Exception as error:  # a template of the user's may raise anything
            said = " ".join(str(error.message).split()) if isinstance(error, JinjaError) else in_a_line(error)
            raise TemplateError(f"{self._where(name, error)}: {said}") from error

    def _where(self, name: str, error: BaseException) -> str:
        """Return the file and the line of a template that an error comes from."""
        found = name
        trace = error.__traceback__
        while trace:
            file = trace.tb_frame.f_code.co_filename
            if trace.tb_frame.f_globals.get("__jinja_template__") or file.endswith((".html", ".xml", ".txt")):
                found = f"{file}:{trace.tb_lineno}"
            trace = trace.tb_next
        return found


# Languages that are written from right to left, by their tags (BCP 47), and scripts, by theirs (ISO 15924).
RIGHT_TO_LEFT = frozenset("ar arc ckb dv fa he ks nqo ps sd syr ug ur yi arab hebr nkoo syrc thaa".split())


def direction(language: str) -> str:
    """Return the value of `dir` for a text in that language (BCP 47): what the first letter says (`auto`), unless the
    language is one that is written from right to left, whose texts may begin with a foreign name."""
    tag, *rest = language.lower().split("-")
    script = next((part for part in rest if len(part) == 4 and part.isalpha()), "")
    return "rtl" if (script or tag) in RIGHT_TO_LEFT else "auto"


TAG_OF_LANGUAGE = {"zh": "zh-CN", "en": "en"}


class _Theirs(FileSystemLoader):
    """Loads the user's templates. Raises TemplateError for one that cannot be read."""

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        """Return the text of a template, its file, and whether that is still the same."""
        try:
            return super().get_source(environment, template)
        except TemplateNotFound:  # an OSError, too
            raise
        except (OSError, UnicodeDecodeError) as error:
            raise _unreadable(Path(self.searchpath[0]) / template, error) from error


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise _unreadable(file, error) from error


def _unreadable(file: Path, error: OSError | UnicodeDecodeError) -> TemplateError:
    reason = os_reason(error) if isinstance(error, OSError) else f"it is not UTF-8 (byte {error.start + 1})"
    return TemplateError(f"{file}: cannot be read: {reason}")
