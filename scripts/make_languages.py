"""Writes the table by which the language of a text is told, from wordfreq's own lists.

For each language that its script does not tell, the commonest terms (as the tokeniser cuts them),
each named by the commonest word that falls on it, and a hundred times the Zipf frequency of all
words that do. Run it from anywhere, and again when wordfreq has a new version:

    python scripts/make_languages.py            writes dedup/signatures/languages.json
    python scripts/make_languages.py --check    writes nothing, fails if the table is out of step
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import sys

import numpy as np
from wordfreq import available_languages, get_frequency_dict

from dedup.kernels.terms import FLAGS, NUMBER
from dedup.signatures.language import TABLE
from dedup.signatures.terms import terms
from dedup.signatures.word_frequencies import BILLION, summed, two_letters

TERMS = 200
"""Of each language. Of 916 short texts, 75 stay open with 100 terms, 50 with 200 and 37 with 400;
the table is as much larger."""

BY_SCRIPT = {"zh", "ja", "ko", "el", "ta"}


def commonest(name: str) -> dict[str, int]:
    """Return the commonest terms of a language, each by its commonest word, in order of frequency.

    Args:
        name: wordfreq's name of the list.
    """
    frequencies = get_frequency_dict(name, "small")
    words = list(frequencies)
    each = np.fromiter(frequencies.values(), np.float64)
    found, bounds = terms(words)
    sizes = np.diff(bounds)
    hashes, total = summed(found & ~FLAGS, np.repeat(each, sizes))
    named: dict[int, str] = {}
    for index in np.flatnonzero(sizes == 1).tolist():  # from the commonest word down
        token = int(found[bounds[index]])
        if not token & NUMBER:
            named.setdefault(token & ~int(FLAGS), words[index])
    chosen: dict[str, int] = {}
    for at in np.argsort(-total, kind="stable").tolist():
        word = named.get(int(hashes[at]))
        if word is not None:
            chosen[word] = round(100 * float(np.log10(total[at] * BILLION)))
        if len(chosen) == TERMS:
            break
    return chosen


def table() -> str:
    """Return the table as it is written, a language a line."""
    lines = []
    for name in sorted(available_languages("small")):
        if name not in BY_SCRIPT:
            words = json.dumps(commonest(name), ensure_ascii=False, separators=(",", ":"))
            lines.append(f'"{two_letters(name)}":{words}')
    version = importlib.metadata.version("wordfreq")
    return f'{{"wordfreq":"{version}","languages":{{\n' + ",\n".join(lines) + "\n}}\n"


def main() -> int:
    """Write or check the table; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--check", action="store_true", help="write nothing, fail if out of step")
    made = table()
    if parser.parse_args().check:
        if not TABLE.exists() or TABLE.read_text("utf-8") != made:
            print(f"{TABLE} is out of step: run scripts/make_languages.py")
            return 1
        return 0
    TABLE.write_text(made, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
