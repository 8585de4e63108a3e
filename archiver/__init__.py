"""archiver: news-share pages in, front-matter Markdown posts out."""

__version__ = "0.1.0"
