"""The brackets of an object that are not closed yet, and where in it no other object can begin."""

from __future__ import annotations

from dedup.read.json_value import MOST_LEVELS

_OBJECT, _LIST = b"{["

# What precedes an object, by what it stands in: a colon or, in a list, a comma or the list's begin.
_BEFORE_OBJECT = {_OBJECT: b":", _LIST: b",["}
_BLANKS = b" \t\r\n"
_MOST_BLANKS = 200


class OpenBrackets:
    """The brackets that are open at a place in an object, the outermost first."""

    def __init__(self) -> None:
        """Begin before an object."""
        self._open = bytearray()

    def open(self, data: bytes, at: int) -> str:
        """Remember a bracket that opens; return what is wrong with it, empty for nothing.

        Args:
            data: The bytes at hand.
            at: The bracket's position in them.
        """
        if data[at] == _OBJECT and self._open:
            before = data[max(0, at - _MOST_BLANKS) : at].rstrip(_BLANKS)
            if before and before[-1] not in _BEFORE_OBJECT[self._open[-1]]:
                return "an object where none can be"
        self._open.append(data[at])
        return f"nested more than {MOST_LEVELS} levels deep" if self.are_too_many() else ""

    def close(self, bracket: bytes) -> bool:
        """Forget the bracket that one closes; return whether none is left.

        The end of an object closes the lists in it, and the end of a list that is none closes
        nothing: such an object is broken, and costs itself.
        """
        if bracket == b"}":
            del self._open[self._open.rfind(b"{") :]
        elif self._open[-1] == _LIST:
            self._open.pop()
        return not self._open

    def are_too_many(self) -> bool:
        """Return whether more are open than in any record."""
        return len(self._open) > MOST_LEVELS
