"use strict";
// Stories unfold to their members, pairs to their texts side by side.
report.stories = (() => {
  const { element, named, counted } = report;
  const STEP = 20;
  const pairs = new Map();

  /** The places of the pairs with texts: a map of "LEFT RIGHT" to their template. */
  function templates() {
    if (!pairs.size) {
      for (const each of document.querySelectorAll("template[data-pair]")) {
        pairs.set(each.dataset.pair, each);
      }
    }
    return pairs;
  }

  /** What is known of a document beside its title. */
  function facts(each) {
    const state = each.status === "duplicate" ? each.relation || "duplicate" : each.status;
    return element(
      "p",
      { className: "facts faint" },
      element("span", { className: `state ${each.status}` }, state),
      each.score ? element("span", { className: "score" }, each.score) : null,
      each.reason ? element("span", {}, each.reason) : null,
      each.host ? named("bdi", each.host) : null,
      each.day ? element("span", {}, each.day) : null,
      each.title ? named("code", each.id) : null,
    );
  }

  function titleOf(each) {
    return named("p", each.title || each.id, each.title ? "title" : "title no-title");
  }

  /** Two documents: their texts where the page has them, else the command that compares them. */
  function compared(documents, left, right) {
    const [there, back] = [`${left} ${right}`, `${right} ${left}`];
    const isThere = templates().has(there);
    const template = templates().get(isThere ? there : back);
    const order = template && !isThere ? [right, left] : [left, right];
    const both = order.map((number) => documents.document(number));
    const heads = element("div", { className: "pair" }, card("A", both[0]), card("B", both[1]));
    const below = template ? [legend(), sentences(template)] : commandOf(both);
    return element("div", { className: "compared" }, heads, ...below);
  }

  function card(name, each) {
    const letter = element("span", { className: "faint" }, name);
    return element("div", { className: "card" }, letter, titleOf(each), facts(each));
  }

  function legend() {
    const text = "= the same, ~ retold; ~ beside a blank: retold elsewhere in the other text";
    return element("p", { className: "small faint" }, text);
  }

  function sentences(template) {
    const box = element("div", { className: "sentences-box", tabIndex: 0 });
    box.setAttribute("role", "region"); // it scrolls, so the keyboard must reach it
    box.setAttribute("aria-label", "Sentences of A and B");
    box.append(template.content.cloneNode(true));
    return box;
  }

  function commandOf(both) {
    const why = "This page does not hold their texts. This command compares them:";
    const ids = both.map((each) => each.id);
    const command = report.command(report.explainCommand(...ids));
    return [element("p", { className: "small faint" }, why), command];
  }

  /** Details that are filled when they are first opened. */
  function unfolding(className, summary, fill) {
    const details = element("details", { className }, element("summary", {}, ...summary));
    onFirstOpen(details, () => details.append(fill()));
    return details;
  }

  function onFirstOpen(details, action) {
    details.addEventListener("toggle", () => details.open && action(), { once: true });
  }

  function member(documents, number, canonical) {
    const each = documents.document(number);
    const item = element("li", { className: "member", data: { document: number } });
    item.append(titleOf(each), facts(each));
    if (number !== canonical && canonical >= 0) {
      const title = report.visible(each.title || each.id);
      const name = element("span", { className: "hidden" }, ` ${title}`);
      const summary = ["Compare", name, " with the canonical"];
      item.append(unfolding("texts", summary, () => compared(documents, canonical, number)));
    }
    return item;
  }

  /** The members of a story, some at a time, the canonical first. */
  function members(documents, number) {
    const story = documents.story(number);
    const list = element("ul", { className: "members" });
    const all = report.address.written({ story: story.id });
    const more = element("button", { type: "button" });
    function grow() {
      const start = list.children.length;
      const next = story.members.slice(start, start + STEP);
      const items = next.map((each) => member(documents, each, story.canonical));
      list.append(...items);
      const left = story.members.length - list.children.length;
      more.hidden = left === 0;
      more.textContent = `Show ${Math.min(STEP, left)} of ${report.count(left)} more`;
      return items;
    }
    more.addEventListener("click", () => {
      const [first] = grow();
      first.tabIndex = -1; // where reading goes on
      first.focus();
    });
    grow();
    const size = counted(story.members.length, "document");
    const link = element("a", { href: all }, `The ${size} of this story in the list`);
    const end = element("p", { className: "more" }, more, link);
    return element("div", { className: "story-members" }, list, end);
  }

  /** The details of a document's story. */
  function storyOf(documents, each) {
    const story = documents.story(each.story);
    const summary = [`Story of ${counted(story.members.length, "document")}`];
    if (story.canonical >= 0 && story.canonical !== each.number) {
      const first = documents.document(story.canonical);
      summary.push(": ", named("span", first.title || first.id, "of"));
    }
    return unfolding("story", summary, () => members(documents, each.story));
  }

  /** Fills an entry of the doubts when it is opened: its pair, then its story. */
  function connectDoubt(details) {
    onFirstOpen(details, async () => {
      const documents = await report.documents.load();
      const { story, left, right } = details.dataset;
      const parts = [];
      if (left !== undefined && right !== undefined) {
        parts.push(compared(documents, Number(left), Number(right)));
      }
      if (story !== undefined) parts.push(members(documents, Number(story)));
      if (parts.length) details.querySelector(".unfolded").replaceChildren(...parts);
    });
  }

  return { titleOf, facts, storyOf, connectDoubt };
})();
