"""Captions: what a text would say in the language of the page, for a reader of another language.

The same template with the same values, by the same renderer as the text itself. Codes and digits to
be quoted stay masked: a caption needs no key, and a code stands on its own telephone alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from messages.catalogue import CatalogueError
from messages.render import render


@dataclass(frozen=True)
class SaidAs:
    """What a text was made from. `variables`: None where they were purged."""

    template: str
    language: str
    variables: Mapping[str, Any] | None


def caption(said: SaidAs, tongue: str) -> str:
    """Return the text in the language `tongue` of a page; "" where it is in that language already.

    Also "" where its words were purged, or its template has other variables by now.
    """
    if said.language == tongue or said.variables is None:
        return ""
    try:
        return render(said.template, tongue, said.variables).text
    except CatalogueError:
        return ""
