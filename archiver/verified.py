"""A whole verification: the archive is opened, checked, repaired if that was asked for, and the result is logged in
it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from archiver.errors import StoreError
from archiver.index import Index
from archiver.manifest import add_manifest
from archiver.storage import directory_of, sweep
from archiver.verify.chain import Chain
from archiver.verify.credentials import remove_credentials as without_credentials
from archiver.verify.log import LastVerification, log_verification
from archiver.verify.notes import remove_from_notes
from archiver.verify.problems import Kind
from archiver.verify.repair import Repair
from archiver.verify.verify import Verification

if TYPE_CHECKING:
    from archiver.extraction import ExtractOptions
    from archiver.problems import Problem
    from archiver.storage import Root


@dataclass(frozen=True, slots=True)
class Verified:
    """What a verification found. cleaned: captures and notes that were written anew without a credential. unlogged: why
    the verification could not be noted in the log of verifications; empty if it was noted."""

    files: int
    bytes: int
    problems: tuple[Problem, ...]
    cleaned: tuple[str, ...] = ()
    unlogged: str = ""

    @property
    def left(self) -> int:
        """How many problems were not repaired; notes do not count."""
        return sum(problem.is_left for problem in self.problems)

    @property
    def repaired(self) -> int:
        """How many problems were repaired."""
        return sum(bool(problem.repaired) for problem in self.problems)


def verify(output: Root, at: str, options: ExtractOptions, *, repair: bool, remove_credentials: bool) -> Verified:
    """Verify the archive in `output`, whose index is on the server `at` (empty: in the archive); repairs and the
    removal of credentials hold its lock. Raises ArchiverError."""
    began = datetime.now(UTC)
    cleaned: tuple[str, ...] = ()
    if remove_credentials:
        cleaned = _clean(output, at)
    index = Index.open(output, at) if repair else Index.read(output, at)
    try:
        if repair:
            sweep(directory_of(output))
        verification = Verification(output, index)
        problems = list(verification.problems())
        if repair and problems:
            repairing = Repair(output, index, options)
            problems = [repairing.repaired(problem) for problem in problems]
            if repairing.has_ended:  # files were noted in the index again, which may have solved problems of manifests
                left = set(Chain(output, index).problems())
                problems = [_known_again(problem, left) for problem in problems]
        if repair:
            add_manifest(output, index)
    finally:
        index.close()
    verified = Verified(verification.files, verification.bytes, tuple(problems), cleaned)
    try:
        log_verification(directory_of(output), LastVerification(began, verified.files, verified.left))
    except StoreError as error:  # an archive on a disk that is read-only can be verified too
        return Verified(verified.files, verified.bytes, verified.problems, cleaned, str(error))
    return verified


def _known_again(problem: Problem, left: set[Problem]) -> Problem:
    is_over = problem.kind is Kind.MANIFEST and problem not in left
    return problem._replace(repaired="the index has it again") if is_over else problem


def _clean(output: Root, at: str) -> tuple[str, ...]:
    index = Index.open(output, at)
    try:
        return (*without_credentials(output, index), *remove_from_notes(directory_of(output), index))
    finally:
        index.close()
