"use strict";
// The list of documents: controls, filters with counts, and one page of rows at a time.
report.list = (() => {
  const { element, count, counted } = report;
  const PAGE = 50;
  const MOST_OPTIONS = 200;
  const SET_NAMES = {
    "canonical,unique": "kept",
    "canonical,unique,duplicate,rejected": "all inputs",
    "canonical,earlier canonical": "canonical of a story",
    "canonical,duplicate,unique": "usable",
    "derived,rewrite": "derived or rewrite",
    "exact,near": "exact or near",
  };
  // Filters without a control of their own: each is a chip that can be taken off.
  const CHIPS = {
    story: (value) => `story ${value}`,
    size: (value) => `stories of ${sizes(value)} documents`,
    agency: (value) => `from agency ${value}`,
    from: (value) => `canonical on ${value || "(no host)"}`,
    kept: (value) => `canonical on ${value === "here" ? "the same" : "another"} host`,
  };
  const at = (id) => document.getElementById(id);
  let documents = null;
  let filters = {};

  function sizes(value) {
    const [low, high] = value.split("-");
    if (!high) return `${low} or more`;
    return low === high ? low : `${low} to ${high}`;
  }

  /** Shows what the address asks for. */
  function follow() {
    const asked = report.address.read();
    if (asked === null && location.hash !== "") return; // another section: the list stays as it is
    filters = asked ?? {};
    show(true);
    if (asked !== null) reveal();
  }

  /** Brings the list into view, and reading to it. */
  function reveal() {
    at("list").scrollIntoView();
    at("list-heading").focus({ preventScroll: true });
  }

  /** Takes filters over from the controls. */
  function change(changes, isStep = true) {
    const all = Object.entries({ ...filters, page: null, ...changes });
    filters = Object.fromEntries(all.filter(([, value]) => value !== null));
    report.address.write(filters, isStep);
    show(false);
  }

  /** Takes over what is being typed: its first letter is a step for the back button. */
  function type(changes) {
    const [name] = Object.keys(changes);
    change(changes, filters[name] === undefined);
  }

  /** Draws all; the controls get the values of the filters where these came from outside. */
  function show(isFromAddress) {
    const { numbers, counts } = documents.found(filters);
    const pages = Math.max(1, Math.ceil(numbers.length / PAGE));
    const page = Math.min(Math.max(1, Math.trunc(Number(filters.page)) || 1), pages);
    for (const select of document.querySelectorAll(".filter")) {
      fillFilter(select, select.dataset.filter, counts[select.dataset.filter]);
    }
    if (isFromAddress) fillControls();
    fillChips();
    const rows = numbers.slice((page - 1) * PAGE, page * PAGE);
    at("list-rows").start = (page - 1) * PAGE + 1;
    at("list-rows").replaceChildren(...rows.map(row));
    const of = pages > 1 ? `, page ${count(page)} of ${count(pages)}` : "";
    const every = numbers.length === documents.size ? "" : ` of ${count(documents.size)}`;
    at("list-count").textContent = numbers.length
      ? `${count(numbers.length)}${every} ${documents.size === 1 ? "document" : "documents"}${of}`
      : "No document passes these filters.";
    at("list-pager").hidden = pages === 1;
    at("list-page").textContent = `${count(page)} of ${count(pages)}`;
    for (const button of at("list-pager").querySelectorAll("button")) {
      const target = page + Number(button.dataset.step);
      button.disabled = target < 1 || target > pages;
      button.dataset.page = target;
    }
    at("list-clear").disabled = Object.keys(filters).every((each) => each === "page");
  }

  /** The options of a filter: its values with their counts, the most first; days in their order. */
  function fillFilter(select, name, counts) {
    const names = documents.names(name);
    const chosen = filters[name];
    let shown = names.map((each, number) => [each, counts[number]]);
    if (name !== "day") shown.sort((a, b) => b[1] - a[1]);
    const most = name === "day" ? Infinity : MOST_OPTIONS;
    const isShown = (number, place) => number > 0 && place < most;
    shown = shown.filter(([each, number], place) => each === chosen || isShown(number, place));
    const options = shown.map(([each, number]) =>
      option(each, `${report.visible(each) || "(no host)"} (${count(number)})`, each === chosen),
    );
    if (chosen !== undefined && !shown.some(([each]) => each === chosen)) {
      options.unshift(option(chosen, SET_NAMES[chosen] ?? report.visible(chosen), true));
    }
    const every = element("option", { value: "" }, "all");
    every.dataset.all = "";
    every.selected = chosen === undefined;
    select.replaceChildren(every, ...options);
    select.closest("label").hidden = chosen === undefined && names.length === 0;
  }

  function option(value, text, isChosen) {
    return element("option", { value, selected: isChosen }, text);
  }

  function fillControls() {
    at("list-search").value = filters.q ?? "";
    at("list-order").value = filters.order ?? "";
    const [low = "", high = ""] = (filters.score ?? "").split("-");
    at("list-low").value = low;
    at("list-high").value = high;
  }

  function fillChips() {
    const chips = Object.keys(CHIPS).filter((name) => filters[name] !== undefined);
    at("list-chips").hidden = chips.length === 0;
    at("list-chips").replaceChildren(...chips.map(chip));
  }

  function chip(name) {
    const text = report.visible(CHIPS[name](filters[name]));
    const parts = [element("bdi", {}, text), element("span", { ariaHidden: "true" }, " ×")];
    const button = element("button", { type: "button", data: { chip: name } }, ...parts);
    button.setAttribute("aria-label", `Remove the filter: ${text}`);
    button.addEventListener("click", () => {
      change({ [name]: null });
      at("list-heading").focus({ preventScroll: true });
    });
    return element("li", {}, button);
  }

  function row(number) {
    const each = documents.document(number);
    const item = element("li", { className: "document", data: { document: number } });
    item.append(report.stories.titleOf(each), report.stories.facts(each));
    if (each.story >= 0) item.append(report.stories.storyOf(documents, each));
    return item;
  }

  function scoreRange() {
    const [low, high] = [at("list-low").value, at("list-high").value];
    return low === "" && high === "" ? null : `${low}-${high}`;
  }

  /** Turns a page, and brings its beginning into view. */
  function turn(event) {
    const target = event.target.closest("button");
    if (!target) return;
    change({ page: target.dataset.page });
    reveal();
  }

  function connect() {
    at("list-form").addEventListener("submit", (event) => event.preventDefault());
    const [search, order] = [at("list-search"), at("list-order")];
    search.addEventListener("input", () => type({ q: search.value || null }));
    // What is searched is prepared before the first letter is typed.
    const prepare = () => setTimeout(() => documents.prepareSearch());
    search.addEventListener("focus", prepare, { once: true });
    order.addEventListener("change", () => change({ order: order.value || null }));
    for (const select of document.querySelectorAll(".filter")) {
      select.addEventListener("change", () => {
        const isAll = "all" in select.selectedOptions[0].dataset;
        change({ [select.dataset.filter]: isAll ? null : select.value });
      });
    }
    for (const each of [at("list-low"), at("list-high")]) {
      each.addEventListener("input", () => type({ score: scoreRange() }));
    }
    at("list-clear").addEventListener("click", () => {
      filters = {};
      report.address.write(filters, true);
      show(true);
      at("list-search").focus();
    });
    at("list-pager").addEventListener("click", turn);
    addEventListener("hashchange", follow);
    // A link to the address that is there already changes nothing, but leads to the list, too.
    addEventListener("click", (event) => {
      if (event.target.closest?.("a")?.getAttribute("href") === location.hash) follow();
    });
  }

  /** Opens the list: as the address says, else with all documents. */
  async function start() {
    documents = await report.documents.load();
    at("list-waiting").hidden = true;
    at("list-form").hidden = false;
    connect();
    if (report.address.read() === null) show(true);
    else follow();
  }

  return { start };
})();
