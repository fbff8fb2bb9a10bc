"""Downloading a file: resumed, retried, verified, and only then given its name."""

import gzip
import hashlib
import io
import json
import logging
import os
import re
import shlex
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import BinaryIO

import requests
import tenacity
from tqdm import tqdm

from motifgrid.formats.atomic import write_text
from motifgrid.resources.lock import Locked, expect, hold, record
from motifgrid.resources.sources import Source

CHUNK = 1 << 20
"""Bytes that are in memory at once."""

LONGEST_WAIT = 120.0
"""Seconds between two attempts, at most, also where a server's Retry-After asks for more."""

SECONDS_BETWEEN_REPORTS = 10.0

TRANSIENT_STATUS = {408, 425, 429}
"""Answers below 500 that are worth another attempt: timeout, too early, too many requests."""

_GZIP_SUFFIXES = (".gz", ".bgz", ".tgz")
_HTML_SUFFIXES = (".html", ".htm")
_TWOBIT_MAGIC = (b"\x1a\x41\x27\x43", b"\x43\x27\x41\x1a")  # 0x1A412743 in either byte order

_logger = logging.getLogger(__name__)


class DownloadError(RuntimeError):
    """A file that could not be had or is not what it should be; the message says what to do."""


class _TransientError(Exception):
    """What another attempt may mend."""

    def __init__(self, text: str, retry_after: float | None = None) -> None:
        super().__init__(text)
        self.retry_after = retry_after


class _FinalError(Exception):
    """What no further attempt will mend."""


class _DamagedError(Exception):
    """A file whose content is not what it should be."""


def download(
    source: Source,
    target: Path | str,
    lock: Path | str,
    *,
    attempts: int = 5,
    timeout: float = 60.0,
    wait: float = 2.0,
) -> None:
    """Download a file, verify it, enter it into the lock file and give it its name, in this order.

    What arrives is kept beside the target as `.{name}.part` (and `.part.json`: which version of
    the file it is), also when the process is killed, and continued by the next attempt or call.
    Content that is not what it should be is thrown away and downloaded once more from its
    beginning. A file at the target stays as it is until a verified one replaces it.

    Args:
        source: a download; a size or checksum that it states is checked.
        target: the file to be made.
        lock: the lock file. An entry of it is checked; without one, the download gets one.
        attempts: how often a transfer is tried; each continues where the one before ended.
        timeout: seconds without an answer or data before an attempt is given up.
        wait: seconds before the second attempt, about; doubled for each further one.

    Raises:
        DownloadError: with what happened last, and how to place the file by hand.
        LockError: a damaged lock file, or one that contradicts the source.
    """
    if not source.url:
        raise DownloadError(f"{source.name} is the local file {source.path}: it has no URL.")
    target, lock = Path(target), Path(lock)
    expect(source, lock)  # a contradiction is found before any request
    before = _identify(target)
    with _explaining(source, target, attempts):
        target.parent.mkdir(parents=True, exist_ok=True)
        with _open_part(target, source.url) as part:
            if _identify(target) not in (before, None):
                # whoever held the part has just finished this very file
                verify(source, target, lock)
                return
            content = _Transfer(source, lock, part, attempts, timeout, wait).run()
            record(lock, source, content.size, content.sha256)
            part.become(target)
    _logger.info("%s: %s bytes, SHA-256 %s", source.name, f"{content.size:,}", content.sha256)


def verify(source: Source, target: Path | str, lock: Path | str) -> None:
    """Check a file that is there, for example one placed by hand; it is never changed.

    Checks all that `download` checks: size and SHA-256 as stated or recorded, a gzip file to its
    end, no web page. Nothing is recorded: a file from elsewhere does not define what the source is.

    Args:
        source: what the file should be.
        target: the file.
        lock: the lock file.

    Raises:
        DownloadError: the file is missing, or is not what it should be.
        LockError: a damaged lock file, or one that contradicts the source.
    """
    target, lock = Path(target), Path(lock)
    try:
        content = _inspect(target, source, lock)
    except FileNotFoundError:
        raise DownloadError(_explain(source, target, f"{target} is missing")) from None
    except _DamagedError as error:
        raise DownloadError(
            f"{source.name}: {target} {error}\n  Remove it or put the right file there. If it is "
            f"right, correct the configuration, or delete its entry of {lock}."
        ) from error
    if source.url and expect(source, lock).sha256 is None:
        _logger.warning(
            "%s: nothing to hold it against. Compare its SHA-256 with the publisher's: %s",
            source.name,
            content.sha256,
        )


def parse_retry_after(text: str | None, now: datetime) -> float | None:
    """Read a Retry-After header (RFC 9110, section 10.2.3).

    Args:
        text: seconds or a date; None where there is no such header.
        now: with its time zone; what a date is compared with.

    Returns:
        Seconds, at least 0, or None where the header says nothing that can be understood.
    """
    if text is None:
        return None
    if re.fullmatch(r"[0-9]{1,9}", text.strip()):
        return float(text)
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    if date.tzinfo is None:
        date = date.replace(tzinfo=UTC)
    return max(0.0, (date - now).total_seconds())


def _identify(path: Path) -> tuple[int, int] | None:
    """Tell one file under a name from a later one; None where there is none."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_ino, status.st_mtime_ns


@contextmanager
def _explaining(source: Source, target: Path, attempts: int) -> Iterator[None]:
    """Turn whatever ends a download into one error that says what to do."""
    try:
        yield
    except (_TransientError, _FinalError, _DamagedError, OSError) as error:
        what = {
            _TransientError: f"{error} (attempt {attempts} of {attempts})",
            _FinalError: f"{error}",
            _DamagedError: f"what came {error}. It was removed",
        }.get(type(error), f"the file could not be written: {error}")
        by_hand = isinstance(error, _TransientError | _FinalError)
        raise DownloadError(_explain(source, target, what, by_hand)) from None


def _explain(source: Source, target: Path, what: str, by_hand: bool = True) -> str:
    if not source.url:
        return f"{source.name}: {what}. Correct its path in the configuration."
    command = f"curl -fL -o {shlex.quote(str(target))} {shlex.quote(source.url)}"
    kept = (
        "  What has arrived is kept and will be continued.\n" if _part_of(target).exists() else ""
    )
    failure = f"{source.name}: no file from {source.url}\n  Last: {what}.\n{kept}"
    if not by_hand:
        return failure.rstrip("\n")
    return (
        f"{failure}"
        f"  Without a network, put the file at {target} yourself, for example with\n"
        f"    {command}\n"
        "  or give its path in the configuration. A file put there by hand is checked by the\n"
        "  rule verify_downloads only."
    )


@dataclass(frozen=True)
class _Version:
    """Which version of a file a server sends.

    Attributes:
        url: as requested.
        etag: entity tag, empty where there is none.
        modified: Last-Modified, empty where there is none.
        size: bytes of the whole file, or None where the server does not say.
    """

    url: str
    etag: str = ""
    modified: str = ""
    size: int | None = None

    @property
    def validator(self) -> str:
        """What If-Range can hold: a strong tag, or else the date, or else nothing."""
        return self.modified if self.etag.startswith("W/") else self.etag or self.modified

    def agrees(self, other: "_Version") -> bool:
        """Tell whether two answers may be of one version: all that both state is the same."""
        pairs = zip(asdict(self).values(), asdict(other).values(), strict=True)
        return all(mine == theirs for mine, theirs in pairs if mine and theirs)


@dataclass
class _Part:
    """What has arrived so far, in a hidden file beside the target."""

    file: BinaryIO
    path: Path
    notes: Path
    version: _Version

    @property
    def size(self) -> int:
        return self.file.seek(0, io.SEEK_END)

    def empty(self) -> None:
        self.file.truncate(0)

    def restart(self, version: _Version) -> None:
        self.empty()
        self.version = version
        write_text(self.notes, json.dumps(asdict(version), indent=2, sort_keys=True) + "\n")

    def become(self, target: Path) -> None:
        os.fsync(self.file.fileno())
        self.path.replace(target)
        self.notes.unlink(missing_ok=True)


def _part_of(target: Path) -> Path:
    return target.with_name(f".{target.name}.part")


@contextmanager
def _open_part(target: Path, url: str) -> Iterator[_Part]:
    """Open what an earlier call left, or an empty part; an empty one does not stay behind."""
    path = _part_of(target)
    notes = path.with_name(f"{path.name}.json")
    with hold(path) as file:
        part = _Part(file, path, notes, _read_version(notes, url))
        try:
            yield part
        finally:
            if part.size == 0:
                path.unlink(missing_ok=True)
                notes.unlink(missing_ok=True)


def _read_version(notes: Path, url: str) -> _Version:
    """Read which version a part is of; one of another URL, or of none, cannot be continued."""
    try:
        version = _Version(**json.loads(notes.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, RecursionError):
        return _Version(url)
    return version if version.url == url else _Version(url)


@dataclass(frozen=True)
class _Transfer:
    """One file on its way from a server into its part."""

    source: Source
    lock: Path
    part: _Part
    attempts: int
    timeout: float
    wait: float

    def run(self) -> Locked:
        """Complete the part and inspect it; content that is wrong is fetched once more."""
        try:
            return self._complete()
        except _DamagedError as error:
            _logger.warning("%s: what came %s. Downloading it again", self.source.name, error)
            return self._complete()

    def _complete(self) -> Locked:
        retrying = _plan_attempts(self.source.name, self.attempts, self.wait)
        with requests.Session() as session:
            # a packed transfer could be neither continued nor measured
            session.headers["Accept-Encoding"] = "identity"
            retrying(self._receive, session)
        try:
            return _inspect(self.part.path, self.source, self.lock)
        except _DamagedError:
            self.part.empty()
            raise

    def _receive(self, session: requests.Session) -> None:
        """Make one attempt to complete the part."""
        if self.part.size and self.part.size == self.part.version.size:
            return
        with _reading_faults(), self._request(session) as response:
            self._begin(response)
            self._append(response)
        self._require_all()

    def _request(self, session: requests.Session) -> requests.Response:
        """Ask for what is missing, or for all where that cannot be had."""
        start, validator = self.part.size, self.part.version.validator
        if start and validator:
            response = self._get(session, {"Range": f"bytes={start}-", "If-Range": validator})
            if response.status_code not in (206, 416) or self._continues(response, start):
                return response
            response.close()
        self.part.empty()
        return self._get(session, {})

    def _get(self, session: requests.Session, headers: dict[str, str]) -> requests.Response:
        return session.get(self.source.url, headers=headers, stream=True, timeout=self.timeout)

    def _continues(self, response: requests.Response, start: int) -> bool:
        """Tell whether an answer is the missing rest of this very version."""
        _unit, _space, places = response.headers.get("Content-Range", "").partition(" ")
        fits = response.status_code == 206 and places.startswith(f"{start}-")
        return fits and self.part.version.agrees(_read_answer(response, self.source.url))

    def _begin(self, response: requests.Response) -> None:
        """Check what the server announces; start the part anew if it sends all."""
        _require_success(response, continued=self.part.size > 0)
        _require_file(response, self.source.name)
        version = _read_answer(response, self.source.url)
        expected = expect(self.source, self.lock)
        if None not in (version.size, expected.size) and version.size != expected.size:
            says = _says(self.source.size, self.source.name, self.lock)
            raise _FinalError(
                f"the server offers {version.size:,} bytes, expected {expected.size:,} {says}"
            )
        if expected.size is expected.sha256 is None:
            _warn_if_endless(response, self.source.name)
        if response.status_code == 200:
            self.part.restart(version)
            _logger.info("%s: downloading %s", self.source.name, self.source.url)
        else:
            _logger.info("%s: continuing at %s bytes", self.source.name, f"{self.part.size:,}")

    def _append(self, response: requests.Response) -> None:
        with _show_progress(self.source.name, self.part.size, self.part.version.size) as bar:
            try:
                # read1 gives what has arrived, so that a broken connection loses none of it
                while data := response.raw.read1(CHUNK, decode_content=False):
                    self.part.file.write(data)
                    bar.update(len(data))
            finally:
                self.part.file.flush()

    def _require_all(self) -> None:
        received, total = self.part.size, self.part.version.size
        if total is None or received == total:
            return
        if received > total:
            self.part.empty()
        raise _TransientError(f"the server sent {received:,} bytes and announced {total:,}")


def _plan_attempts(name: str, attempts: int, wait: float) -> tenacity.Retrying:
    backoff = tenacity.wait_exponential(wait, LONGEST_WAIT) + tenacity.wait_random(0, wait)

    def pause(state: tenacity.RetryCallState) -> float:
        asked = state.outcome.exception().retry_after or 0.0
        return min(max(asked, backoff(state)), LONGEST_WAIT)

    def report(state: tenacity.RetryCallState) -> None:
        _logger.warning(
            "%s: %s. Attempt %d of %d in %.0f s",
            name,
            state.outcome.exception(),
            state.attempt_number + 1,
            attempts,
            state.next_action.sleep,
        )

    return tenacity.Retrying(
        stop=tenacity.stop_after_attempt(attempts),
        wait=pause,
        retry=tenacity.retry_if_exception_type(_TransientError),
        before_sleep=report,
        reraise=True,
    )


@contextmanager
def _reading_faults() -> Iterator[None]:
    """Turn what goes wrong on the way into what another attempt may mend or will not."""
    try:
        yield
    except (
        requests.ConnectionError,
        requests.Timeout,
        requests.exceptions.ChunkedEncodingError,
        requests.exceptions.BaseHTTPError,  # what reading a body raises
    ) as error:
        raise _TransientError(f"the connection failed ({_find_cause(error)})") from error
    except requests.RequestException as error:
        raise _FinalError(f"the request failed ({error})") from error


def _find_cause(error: BaseException) -> str:
    """Say what was wrong at the bottom, such as `Connection refused`, without the wrapping."""
    while below := error.__cause__ or error.__context__:
        error = below
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def _read_answer(response: requests.Response, url: str) -> _Version:
    headers = response.headers
    text = headers.get("Content-Length", "")
    if response.status_code == 206:
        text = headers.get("Content-Range", "").rpartition("/")[2]
    elif "Transfer-Encoding" in headers:
        text = ""
    return _Version(
        url=url,
        etag=headers.get("ETag", ""),
        modified=headers.get("Last-Modified", ""),
        size=int(text) if re.fullmatch("[0-9]+", text) else None,
    )


def _require_success(response: requests.Response, *, continued: bool) -> None:
    status = response.status_code
    if status == 200 or (status == 206 and continued):
        return
    text = f"the server answered {status} {response.reason}".rstrip()
    if status >= 500 or status in TRANSIENT_STATUS:
        now = datetime.now(UTC)
        raise _TransientError(text, parse_retry_after(response.headers.get("Retry-After"), now))
    raise _FinalError(f"{text}: check the URL")


def _require_file(response: requests.Response, name: str) -> None:
    """Refuse a web page, and a file packed on the way that would not be what its name says."""
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind == "text/html" and not name.endswith(_HTML_SUFFIXES):
        raise _FinalError(
            "the server sent a web page (HTML) instead of the file: check that the URL is that of "
            "the file itself, and that no login or proxy is in between"
        )
    packing = response.headers.get("Content-Encoding", "identity").lower()
    if packing != "identity" and not name.endswith(_GZIP_SUFFIXES):
        raise _FinalError(f"the server sent the file packed ({packing}), which was not asked for")


def _warn_if_endless(response: requests.Response, name: str) -> None:
    framing = ("Content-Length", "Content-Range", "Transfer-Encoding")
    if not any(header in response.headers for header in framing):
        _logger.warning(
            "%s: the server does not say where the file ends. State its `size` or `sha256`, or a "
            "broken connection may pass for its end",
            name,
        )


class _LogLines(io.TextIOBase):
    """Where progress goes without a terminal: a line of the log each time."""

    def write(self, text: str) -> int:
        if line := text.strip():
            _logger.info(line)
        return len(text)


def _show_progress(name: str, done: int, total: int | None) -> tqdm:
    """Show a bar on a terminal, and else a line of the log every ten seconds."""
    common = {"desc": name, "initial": done, "total": total, "leave": False}
    if sys.stderr.isatty():
        return tqdm(**common, unit="B", unit_scale=True)
    known = "{desc}: {n_fmt}B of {total_fmt}B ({percentage:.0f} %), {rate_fmt}, {remaining} left"
    return tqdm(
        **common,
        unit="B",
        unit_scale=True,
        file=_LogLines(),
        delay=SECONDS_BETWEEN_REPORTS,
        mininterval=SECONDS_BETWEEN_REPORTS,
        miniters=1,
        bar_format=known if total else "{desc}: {n_fmt}B, {rate_fmt}",
    )


def _inspect(path: Path, source: Source, lock: Path) -> Locked:
    """Return what a file is, or say how it is not what it should be."""
    expected = expect(source, lock)
    with path.open("rb") as file:
        head = file.read(512)
        size = file.seek(0, io.SEEK_END)
        file.seek(0)
        if not head:
            raise _DamagedError("is empty")
        _require_no_page(head, source.name)
        if expected.size not in (None, size):
            says = _says(source.size, source.name, lock)
            raise _DamagedError(f"has {size:,} bytes, expected {expected.size:,} {says}")
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    if expected.sha256 not in (None, sha256):
        says = _says(source.sha256, source.name, lock)
        raise _DamagedError(
            f"has SHA-256 {sha256}, expected {expected.sha256} {says}. The file was changed at "
            "its source, or on its way"
        )
    _require_format(path, source.name, head)
    return Locked(source.url, size, sha256)


def _says(stated: object, name: str, lock: Path) -> str:
    if stated is not None:
        return "as the configuration says"
    return f"as {lock} says (if the new file is right, delete the entry {name} there)"


def _require_no_page(head: bytes, name: str) -> None:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith((b"<!doctype", b"<html", b"<head")) and not name.endswith(_HTML_SUFFIXES):
        raise _DamagedError("is a web page (HTML), not the file")


def _require_format(path: Path, name: str, head: bytes) -> None:
    """Check what a name promises: a gzip file to its end, a 2bit file by its first bytes."""
    if name.endswith(".2bit") and not head.startswith(_TWOBIT_MAGIC):
        raise _DamagedError("is not a 2bit file, as its first bytes show")
    if not name.endswith(_GZIP_SUFFIXES):
        return
    try:
        with gzip.open(path) as file:
            while file.read(CHUNK):
                pass
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise _DamagedError(f"is not a whole gzip file ({error})") from error
