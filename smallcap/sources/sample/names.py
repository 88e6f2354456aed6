"""Made-up company names and tickers. Every name contains a word that says it is made up."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from smallcap.sources.sample.industries import INDUSTRIES

Texts = npt.NDArray[np.object_]

ONSETS: Final = (
    "Bra", "Cro", "Dwi", "Fla", "Glo", "Gru", "Hob", "Jum", "Kli", "Lum", "Mog", "Nib",
    "Oom", "Pli", "Quo", "Rud", "Sni", "Tro", "Umb", "Vex", "Wib", "Yol", "Zam", "Zub",
)  # fmt: skip
MIDDLES: Final = (
    "ba", "de", "fi", "go", "ka", "le", "mi", "no", "pu", "qui", "ra", "si",
    "to", "va", "wo", "xi", "zo", "bi", "du", "fo", "lu", "nu", "re", "ta",
)  # fmt: skip
ENDINGS: Final = (
    "bble", "ck", "dax", "dle", "ffin", "ggle", "kin", "lex", "lop", "mble", "ndo", "nk",
    "pple", "quil", "rbo", "rix", "sk", "sprocket", "squat", "ster", "ta", "thorpe", "tide", "twig",
    "vane", "vik", "ward", "wick", "wig", "wump", "x", "xo", "zard", "zle", "zoo", "zu",
)  # fmt: skip
DISCLAIMERS: Final = ("Imaginary", "Pretend", "Fictitious", "Make-Believe", "Invented")
FORMS: Final = ("Inc", "Corp", "Co", "Holdings Inc", "Group Inc", "Ltd")

MARKUP_EVERY: Final = 190
"""In a large universe one in this many names contains characters that HTML must escape."""
MARKUP_OFTEN: Final = 20
MARKED_NAMES: Final = 32
"""Small universes mark as many names, but at most one in `MARKUP_OFTEN`, so that some are members of every
list."""

LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def company_names(rng: np.random.Generator, industry: npt.NDArray[np.int64]) -> Texts:
    """Make one unique name per company; a few contain ``<b>`` and an ampersand."""
    count = len(industry)
    words = _words(count)
    nouns = np.array([industry_.noun for industry_ in INDUSTRIES], dtype=object)
    chosen = words[rng.permutation(len(words))[:count]]
    disclaimers = np.array(DISCLAIMERS, dtype=object)[rng.integers(0, len(DISCLAIMERS), count)]
    forms = np.array(FORMS, dtype=object)[rng.integers(0, len(FORMS), count)]
    names: Texts = chosen + " " + disclaimers + " " + nouns[industry] + " " + forms
    every = min(MARKUP_EVERY, max(MARKUP_OFTEN, count // MARKED_NAMES))
    marked = np.arange(every // 4, count, every)
    names[marked] = (
        "<b>" + chosen[marked] + "</b> & Sons " + disclaimers[marked] + " " + nouns[industry][marked]
    )
    return names


def _words(count: int) -> Texts:
    """Make at least `count` words: of three parts, and of four where those do not suffice."""
    words = [a + b + c for a in ONSETS for b in MIDDLES for c in ENDINGS]
    if count > len(words):
        words += [a + b + d + c for a in ONSETS for b in MIDDLES for d in MIDDLES for c in ENDINGS]
    return np.array(words, dtype=object)


def tickers(rng: np.random.Generator, count: int) -> Texts:
    """Make unique tickers of three or four letters.

    No four-letter ticker ends in A or B, so none can equal a three-letter ticker with its class letter.
    """
    letters = np.array(list(LETTERS), dtype=object)
    three = rng.permutation(26**3)[: min(count // 3, 9000)]
    four = rng.permutation(26**3 * 24)[: count - len(three)]
    short = letters[three // 676] + letters[three // 26 % 26] + letters[three % 26]
    head = four // 24
    long = letters[head // 676] + letters[head // 26 % 26] + letters[head % 26] + letters[2 + four % 24]
    pool: Texts = np.concatenate([short, long])
    return pool[rng.permutation(count)]
