"""What a dump changed in the stories of earlier ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from dedup.pipeline.earlier_stories import EarlierStories
from dedup.store import Store

Change = dict[str, Any]


def note_changes(store: Store, earlier: EarlierStories) -> None:
    """Store a line for each change of a story of which earlier documents are part.

    Args:
        store: Has the stories as they are now.
        earlier: The stories as they were.
    """
    if earlier.first:  # else there was no dump before
        stories = store.results.stories()
        changes = [change for story in stories for change in changes_of(story, earlier)]
        store.results.add_changes(earlier.number, changes)


def changes_of(story: dict[str, Any], before: EarlierStories) -> Iterator[Change]:
    """Yield the changes of one story, none where all its documents are new.

    Args:
        story: A story as it is now, as a JSON object with rows.
        before: The stories as they were.
    """
    earlier = [member for member in story["members"] if member["row"] < before.first]
    if not earlier:
        return
    known = [before.story(number) for number in before.numbers(each["row"] for each in earlier)]
    kept = next((each for each in known if each.story_id == story["story_id"]), None)
    added = [each["doc_id"] for each in story["members"] if each["row"] >= before.first]
    alone = [each["doc_id"] for each in earlier if not before.numbers([each["row"]])]
    about = {
        "story_id": story["story_id"],
        "dump": before.number,
        "date": story["last_date"],
        "canonical_id": story["members"][0]["doc_id"],
    }
    if kept is None:
        yield {**about, "change": "begun", "added": added, "unique_until_now": alone,
               "why": f"{_listed(alone)} stood alone until {_listed(added)} came"}  # fmt: skip
        return
    yield {**about, "change": "grown", "added": [*alone, *added], "unique_until_now": alone,
           "why": _growth(story, {*alone, *added})}  # fmt: skip
    if gone := sorted(each.story_id for each in known if each is not kept):
        yield {**about, "change": "merged", "absorbed": gone,
               "why": f"{_listed(added)} ties {_listed(gone)} to it"}  # fmt: skip
    if about["canonical_id"] != kept.canonical_id:
        others = sorted(each.canonical_id for each in known if each is not kept)
        why = story["why"]
        yield {**about, "change": "canonical", "canonical_until_now": kept.canonical_id,
               "other_canonicals_until_now": others,
               "why": f"elected by {why['rule']}: {why['detail']}"}  # fmt: skip


def _growth(story: dict[str, Any], joined: set[str]) -> str:
    """Return by what relations documents joined a story."""
    joined_as = Counter(
        member["relation"] or "canonical"
        for member in story["members"]
        if member["doc_id"] in joined
    )
    return "joined as " + ", ".join(f"{count} {name}" for name, count in sorted(joined_as.items()))


def _listed(names: list[str]) -> str:
    """Return the first of some names, and how many more there are."""
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return f"{names[0]}{more}"
