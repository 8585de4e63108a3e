"""Languages of texts: their tags, and detecting the language of a text. No I/O."""

from archiver.languages.detected import detect_language, sure_language
from archiver.languages.tag import language_tag

__all__ = ["detect_language", "language_tag", "sure_language"]
