"""The least that `make quality` lets pass, by set and measure; measured values stand in docs/pages.md."""

FLOORS: dict[str, dict[str, float]] = {
    "wcxb": {"text": 0.955, "authors": 0.78, "answered": 0.99},
    "aeb": {"text": 0.973, "shingle": 0.971, "exact": 0.48},
    "publishers": {"text": 0.967, "title": 0.95, "minute": 0.95, "authors": 0.93},
    "chinese": {"text": 0.95, "title": 1.0, "minute": 0.92},
    "no-article": {"refused": 0.68},
    "speed": {"ratio": 1.3},
}
