"""Recordings of what calls say: files in a folder for each tongue, played instead of read aloud.

`<folder>/<tongue>/<name>.wav` or `.mp3`; the names are those of `messages/prompts.py`. A file that
is of no use to a telephone is not played, and said to be so. A piece without a file is read aloud
by the carrier, so a voice can be recorded one piece after the other.
"""

from __future__ import annotations

import threading
import wave
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Final, Literal

from messages import prompts
from messages.prompts import Prompt
from messages.speech import (
    CALL_TONGUES,
    CallTongue,
    Recording,
    Sentence,
    Speech,
    SpokenPiece,
    Tongue,
    speech,
)

SHIPPED: Final = Path(__file__).parent / "speech"
MIMETYPES: Final[Mapping[str, str]] = {".wav": "audio/wav", ".mp3": "audio/mpeg"}
_LARGEST: Final = 1024 * 1024
_LONGEST: Final = 30.0
_SHORTEST: Final = 0.1
_RATES: Final = (8000, 16000)  # a telephone hears no more
_FAULTS: Final[Mapping[str, str]] = {
    "large": f"it has more than {_LARGEST // 1024} KiB",
    "length": f"it lasts {{}} s: {_SHORTEST} to {_LONGEST:.0f} s are played",
    "no_wav": "it is no WAV file of plain PCM",
    "wav_kind": "a WAV file must be mono, 16 bits, 8000 or 16000 Hz",
    "broken_off": "it is shorter than its header says",
    "no_file": "not a file",
    "unread": "it cannot be read: {}",
    "no_mp3": "it is no MP3 file",
    "rate": "its bit rate is not known",
    "stray": "no piece has this name; its words may have changed",
}
# What `wave` raises for files that break off or whose chunks say more than there is.
_BROKEN: Final = (wave.Error, EOFError, RuntimeError, ValueError, ArithmeticError)
# Kilobits a second of a frame of MPEG 1 and of MPEG 2, layer III, by the header's index.
_MPEG1: Final = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_MPEG2: Final = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)


Fault = Literal[
    "large",
    "length",
    "no_wav",
    "wav_kind",
    "broken_off",
    "no_file",
    "unread",
    "no_mp3",
    "rate",
    "stray",
]


@dataclass(frozen=True)
class RecordingProblem:
    """Why a file is not played: `fault` for pages, which have words of their own; as str, English.

    `value`: what is wrong of it, in figures; empty where the fault says it all.
    """

    fault: Fault
    value: str = ""

    def __str__(self) -> str:
        return _FAULTS[self.fault].format(self.value)


class BadRecording(Exception):
    """The file is of no use to a telephone; says why."""

    def __init__(self, fault: Fault, value: str = "") -> None:
        self.problem = RecordingProblem(fault, value)
        super().__init__(str(self.problem))


@dataclass(frozen=True)
class RecordedFile:
    """A file that can be played. `served`: its address below /speech/<tongue>/."""

    path: Path
    seconds: float
    served: str


@dataclass(frozen=True)
class ListedPrompt:
    """A piece, and what there is of it: a file that is played, or why its file is not."""

    prompt: Prompt
    file: RecordedFile | None
    problem: RecordingProblem | None = None


@dataclass(frozen=True)
class _Folder:
    """A tongue's folder as it was read."""

    stamp: object
    files: Mapping[str, RecordedFile]
    problems: Mapping[str, RecordingProblem]  # by the name of the file


@dataclass
class Library:
    """All recordings below `folder`. Read again where a folder or a file in it has changed."""

    folder: Path
    _read: dict[CallTongue, _Folder] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def listed(self, tongue: CallTongue) -> tuple[ListedPrompt, ...]:
        """Return every piece of `tongue` with its recording."""
        found = self._of(tongue)
        return tuple(
            ListedPrompt(each, found.files.get(each.name), found.problems.get(each.name))
            for each in prompts.prompts(tongue)
        )

    def strays(self, tongue: CallTongue) -> tuple[str, ...]:
        """Return the files that no piece has as its name: its words have changed, or a slip."""
        known = {each.name for each in prompts.prompts(tongue)}
        found = self._of(tongue)
        return tuple(sorted((found.files.keys() | found.problems.keys()) - known))

    def served(self, tongue: CallTongue, address: str) -> Path | None:
        """Return the file that is served at `address`; None: there is no such recording."""
        for each in self._of(tongue).files.values():
            if each.served == address:
                return each.path
        return None

    def with_recordings(self, said: Speech) -> Speech:
        """Return `said` with all that is recorded in its tongue."""
        files = self._of(said.tongue).files
        if not files and said.tongue != "bho":
            return said
        sentences = tuple(self._sentence(each, said.tongue, files) for each in said.sentences)
        return replace(said, sentences=sentences)

    def _sentence(
        self, sentence: Sentence, tongue: CallTongue, files: Mapping[str, RecordedFile]
    ) -> Sentence:
        source: Tongue = "en" if tongue == "en" else "hi"
        known = prompts.by_words(tongue)
        found: list[SpokenPiece] = []
        for each in sentence.pieces:
            for part in (
                prompts.cut(each.words, source)
                if sentence.pace == "plain"
                else (prompts.CutPiece(each.words, fixed=True),)
            ):
                words = prompts.in_tongue(part.words, tongue) if part.fixed else part.words
                said = (words,) if part.fixed else _variable(words, source)
                pieces = [_played(one, tongue, known, files) for one in said]
                # A number half in one voice and half in another is understood by nobody.
                if all(piece.recording for piece in pieces):
                    found += pieces
                else:
                    found.append(SpokenPiece(words))
        if any(piece.recording for piece in found) or sentence.pace == "slow":
            return replace(sentence, pieces=tuple(found))
        whole = " ".join(piece.words for piece in found)
        return replace(
            sentence, pieces=(SpokenPiece(whole if tongue == "bho" else sentence.words),)
        )

    def _of(self, tongue: CallTongue) -> _Folder:
        folder = self.folder / tongue
        files = sorted(path for path in folder.glob("*") if path.suffix in MIMETYPES)
        stamp = tuple((path.name, _stamp(path)) for path in files)
        with self._lock:
            known = self._read.get(tongue)
            if known is None or known.stamp != stamp:
                known = self._read[tongue] = _read_folder(files, stamp)
            return known


def seconds_of(content: bytes, ending: str) -> float:
    """Return how long a recording lasts. Raise `BadRecording` for what no telephone can play."""
    if len(content) > _LARGEST:
        raise BadRecording("large")
    seconds = _wav_seconds(content) if ending == ".wav" else _mp3_seconds(content)
    if not _SHORTEST <= seconds <= _LONGEST:
        raise BadRecording("length", f"{seconds:.1f}")
    return seconds


def not_played(library: Library) -> Iterator[tuple[str, RecordingProblem]]:
    """Yield each file that is not played, as `tongue/name`, with the reason."""
    for tongue in CALL_TONGUES:
        for each in library.listed(tongue):
            if each.problem is not None:
                yield f"{tongue}/{each.prompt.name}", each.problem
        for name in library.strays(tongue):
            yield f"{tongue}/{name}", RecordingProblem("stray")


def problems(library: Library) -> Iterator[str]:
    """Yield a sentence for each file that is not played."""
    for name, problem in not_played(library):
        yield f"{name}: {problem}"


def _played(
    words: str,
    tongue: CallTongue,
    known: Mapping[str, Prompt],
    files: Mapping[str, RecordedFile],
) -> SpokenPiece:
    prompt = known.get(words)
    file = files.get(prompt.name) if prompt else None
    if file is None:
        return SpokenPiece(words)
    return SpokenPiece(words, Recording(f"/speech/{tongue}/{file.served}", file.seconds))


def _variable(words: str, tongue: Tongue) -> tuple[str, ...]:
    """Return the pieces of what stands in the place of a variable: digits, days, a number."""
    parts = tuple(words.split(", "))
    listed = (speech().digits[tongue], speech().numbers[tongue].weekdays)
    if any(all(part in known for part in parts) for known in listed):
        return parts
    first, _, month = words.partition(" ")
    if not (first.isascii() and first.isdigit() and len(first) < 6):
        return (words,)
    said = prompts.number(int(first), tongue)
    return (*said, month) if month else said


def _read_folder(files: list[Path], stamp: object) -> _Folder:
    found: dict[str, RecordedFile] = {}
    bad: dict[str, RecordingProblem] = {}
    for path in files:
        try:
            content = _content(path)
            seconds = seconds_of(content, path.suffix)
        except BadRecording as refused:
            bad[path.stem] = refused.problem
            continue
        digest = sha256(content).hexdigest()[:16]
        found.setdefault(path.stem, RecordedFile(path, seconds, f"{digest}{path.suffix}"))
    return _Folder(stamp, found, {name: why for name, why in bad.items() if name not in found})


def _stamp(path: Path) -> object:
    """Return what changes with the file; of one that cannot be looked at, why."""
    try:
        stat = path.stat()
    except OSError as error:
        return error.errno
    return stat.st_mtime_ns, stat.st_size, stat.st_mode


def _content(path: Path) -> bytes:
    """Return the file, of one that is too large no more than tells so."""
    try:
        if not path.is_file():  # to read a pipe would wait for ever
            raise BadRecording("no_file")
        with path.open("rb") as file:
            return file.read(_LARGEST + 1)
    except OSError as error:
        raise BadRecording("unread", error.strerror or "") from error


def _wav_seconds(content: bytes) -> float:
    try:
        with wave.open(BytesIO(content)) as file:
            shape = (file.getnchannels(), file.getsampwidth(), file.getframerate())
            frames: int = file.getnframes()
            there = len(file.readframes(frames)) if shape[:2] == (1, 2) else 0
    except _BROKEN as error:
        raise BadRecording("no_wav") from error
    if shape[:2] != (1, 2) or shape[2] not in _RATES:
        raise BadRecording("wav_kind")
    if there < frames * shape[1]:
        raise BadRecording("broken_off")
    return frames / int(shape[2])


def _mp3_seconds(content: bytes) -> float:
    """Return the length of an MP3 by its first frame, as all frames have one bit rate."""
    start = 0
    if content[:3] == b"ID3" and len(content) > 10:
        sized = zip(content[6:10], (21, 14, 7, 0), strict=True)
        start = 10 + sum(byte << shift for byte, shift in sized)
    head = content[start : start + 4]
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        raise BadRecording("no_mp3")
    rates = _MPEG1 if head[1] & 0x18 == 0x18 else _MPEG2
    index = head[2] >> 4
    if not 0 < index < len(rates):
        raise BadRecording("rate")
    return (len(content) - start) * 8 / (rates[index] * 1000)
