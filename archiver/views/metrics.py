"""An archive's status as metrics in the text format of Prometheus, as the textfile collector of node_exporter reads it.
No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from archiver.views.status import Status

Sample = tuple["Mapping[str, str]", float]


def metrics(status: Status) -> str:
    """Return `status` as metrics."""
    last = status.runs[0] if status.runs else None
    ended = [run for run in status.runs if run.ended is not None]
    return "".join(
        (
            _metric("archiver_articles", "Articles by state.", (({"state": k}, v) for k, v in status.articles.items())),
            _metric("archiver_alarms", "Causes for alarm.", [({}, len(status.alarms))]),
            _metric("archiver_run_at_work", "Whether a run holds the lock.", [({}, status.at_work is not None)]),
            _metric("archiver_workers", "Workers at work.", [({}, len(status.workers))]),
            _metric(
                "archiver_workers_silent",
                "Workers of which nothing was heard.",
                [({}, sum(one.silent for one in status.workers))],
            ),
            _metric(
                "archiver_last_run_started_timestamp_seconds",
                "When the last run began.",
                [({}, last.started.timestamp())] if last else [],
            ),
            _metric(
                "archiver_last_run_ended_timestamp_seconds",
                "When the last run that came to its end ended.",
                [({}, run.ended.timestamp()) for run in ended[:1] if run.ended],
            ),
            _metric(
                "archiver_last_verified_timestamp_seconds",
                "When the archive was last verified.",
                [({}, status.verified.time.timestamp())] if status.verified else [],
            ),
            _metric(
                "archiver_last_verification_problems",
                "Problems that the last verification left.",
                [({}, status.verified.problems)] if status.verified else [],
            ),
            _metric("archiver_hosts_on_hold", "Hosts that asked to be left alone.", [({}, len(status.hosts))]),
            *(
                _metric(
                    f"archiver_listing_{name}",
                    text,
                    (({"listing": one.listing}, float(one.runs[0][name])) for one in status.listings if one.runs),
                )
                for name, text in (
                    ("listed", "Items of the listing in its last run."),
                    ("new", "New articles of the listing in its last run."),
                    ("failed", "Articles of the listing that failed in its last run."),
                )
            ),
            _metric(
                "archiver_listing_waiting",
                "Articles of the listing that wait for another try.",
                (({"listing": one.listing}, one.waiting) for one in status.listings),
            ),
            _metric(
                "archiver_listing_alarms",
                "Causes for alarm that the listing gave in its last run.",
                (({"listing": one.listing}, len(one.runs[0]["alarms"])) for one in status.listings if one.runs),
            ),
            _metric(
                "archiver_listing_newest_timestamp_seconds",
                "When the newest item of the listing was published.",
                (
                    ({"listing": one.listing}, one.runs[0]["newest"].timestamp())
                    for one in status.listings
                    if one.runs and one.runs[0]["newest"]
                ),
            ),
        )
    )


def _metric(name: str, text: str, samples: Iterable[Sample]) -> str:
    lines = [f"# HELP {name} {text}", f"# TYPE {name} gauge"]
    for labels, value in samples:
        inside = ",".join(f'{key}="{_escaped(label)}"' for key, label in labels.items())
        number = int(value) if float(value).is_integer() else value
        lines.append(f"{name}{f'{{{inside}}}' if inside else ''} {number}")
    return "\n".join(lines) + "\n"


def _escaped(label: str) -> str:
    return label.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
