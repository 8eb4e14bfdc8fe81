"""A report in the browser, used and read back as a person does it."""

from __future__ import annotations

import re

from browsing import LIMIT_MS, expect

# Resolves when the page has acted on its new address.
_FOLLOW = """fragment => new Promise(done => {
  if (location.hash === fragment) return done();
  addEventListener("hashchange", () => setTimeout(done), { once: true });
  location.hash = fragment;
})"""

# The page's own listener is older: it has changed the list when this one is called.
_AWAIT_ADDRESS = """() => {
  window.hasMoved = false;
  addEventListener("hashchange", () => { window.hasMoved = true; }, { once: true });
}"""

_ROWS = """box => [...box.querySelectorAll("tbody tr")].map(row =>
  [...row.children].map(cell => [cell.textContent, cell.querySelector("a")?.getAttribute("href")]))
"""

_LISTED = """list => [...list.querySelectorAll(":scope > li")].map(row =>
  row.querySelector(".facts code, .no-title").textContent)"""

# A point of a shape that nothing lies over, in pixels of the window.
_POINT_OF = """shape => {
  shape.scrollIntoView({ block: "center" });
  const box = shape.getBoundingClientRect();
  for (const share of [0.5, 0.25, 0.75, 0.4, 0.6, 0.1, 0.9])
    for (const height of [0.5, 0.25, 0.75, 0.1, 0.9]) {
      const [x, y] = [box.x + box.width * share, box.y + box.height * height];
      if (document.elementFromPoint(x, y) === shape) return [x, y];
    }
  return null;
}"""


def number_of(text):
    """The number that a text shows; None for no number."""
    found = re.search(r"[\d,]*\d(?:\.\d+)?", text)
    return None if found is None else float(found[0].replace(",", ""))


class OpenedReport:
    """A report that is open: what it shows, and what one can do with it."""

    def __init__(self, seen):
        self.seen = seen
        self.page = seen.page

    def find(self, selector):
        return self.page.locator(selector)

    def wait_for_list(self):
        """Wait until the documents are unpacked and listed."""
        expect(self.find("#list-count")).to_have_text(re.compile("ocument"))

    def headlines(self):
        """The figures at the top: a dictionary of names to numbers."""
        texts = self.find(".headlines a").all_text_contents()
        return {re.sub(r"[\d,]+", "", each).strip(): number_of(each) for each in texts}

    def table(self, name):
        """The numbers of a chart's table: for each label its numbers."""
        rows = self.find(f"#numbers-{name}").evaluate(_ROWS)
        return {label[0]: [number_of(text) for text, _ in cells] for label, *cells in rows}

    def links(self):
        """All links from tables and headlines to lists: address and the number that it shows."""
        found = self.page.eval_on_selector_all(
            ":is(.numbers, .headlines) a",
            "all => all.map(each => [each.getAttribute('href'), each.textContent])",
        )
        return [(address, number_of(text)) for address, text in found if number_of(text)]

    def go(self, fragment):
        """Go to an address in the page."""
        self.page.evaluate(_FOLLOW, fragment)

    def count(self):
        """How many documents the list has."""
        text = self.find("#list-count").text_content()
        return 0 if text.startswith("No document") else int(number_of(text))

    def listed(self):
        """The ids of the documents of the list, on all of its pages."""
        found = self.find("#list-rows").evaluate(_LISTED)
        forth = self.find("#list-pager button[data-step='1']")
        while forth.is_visible() and forth.is_enabled():
            before = self.find("#list-page").text_content()
            forth.click()
            expect(self.find("#list-page")).not_to_have_text(before)
            found += self.find("#list-rows").evaluate(_LISTED)
        return found

    def search(self, text):
        """Type into the search and wait for what it finds."""
        field = self.find("#list-search")
        field.fill(text)
        expect(field).to_have_value(text)

    def shapes(self, chart, color):
        """The shapes of a chart that are filled with a color, from top to bottom."""
        box = self.find(f"[data-chart='{chart}']")
        box.scroll_into_view_if_needed()
        found = box.locator(f"svg path[fill='var(--{color})']")
        expect(found.first).to_be_visible()
        return sorted(found.all(), key=lambda each: each.bounding_box()["y"])

    def click_shape(self, shape):
        """Click where a shape of a chart is, which leads to another address and its list."""
        self.page.evaluate(_AWAIT_ADDRESS)
        self.page.mouse.click(*shape.evaluate(_POINT_OF))
        self.page.wait_for_function("() => window.hasMoved")

    def unfold(self, details):
        """Open what unfolds, by its summary."""
        details.locator("summary").first.click()
        expect(details).to_have_attribute("open", "")

    def tab_to(self, selector, presses=600):
        """Press the key for the next thing to use until it is one; fail if none comes."""
        for _ in range(presses):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
                return
        raise AssertionError(f"no key leads to {selector}")

    def settle(self):
        """Wait until nothing is drawn anymore."""
        self.page.evaluate(
            "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
        )

    def draw_all(self):
        """Bring all charts into view once, so that they are drawn."""
        for each in self.find("[data-chart]").all():
            if each.is_visible():
                each.scroll_into_view_if_needed()
                expect(each.locator("svg")).to_be_attached(timeout=LIMIT_MS)
        self.page.evaluate("scrollTo(0, 0)")
