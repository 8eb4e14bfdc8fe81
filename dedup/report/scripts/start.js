"use strict";
// Connects what the page has to the scripts.
(() => {
  const { element } = report;
  const FIRST = 10; // doubts that are shown at first

  /** Closes the tables of numbers: they stand open for readers without scripts. */
  function closeNumbers() {
    for (const each of document.querySelectorAll("details.numbers")) each.open = false;
    document.body.classList.add("scripted");
  }

  /** Makes tabs of the sections of a group, as the ARIA practices describe them. */
  function makeTabs(group) {
    const panels = [...group.querySelectorAll(":scope > .panel")];
    if (panels.length < 2) return;
    const list = element("div", { role: "tablist", className: "tab-list" });
    list.setAttribute("aria-label", "What to doubt first");
    const tabs = panels.map((panel) => tabOf(panel));
    const choose = (place) => {
      tabs.forEach((tab, each) => {
        const isChosen = each === place;
        tab.setAttribute("aria-selected", String(isChosen));
        tab.tabIndex = isChosen ? 0 : -1;
        panels[each].classList.toggle("chosen", isChosen);
      });
    };
    tabs.forEach((tab, place) => tab.addEventListener("click", () => choose(place)));
    list.addEventListener("keydown", (event) => {
      const place = moved(event.key, tabs.indexOf(event.target), tabs.length);
      if (place === null) return;
      event.preventDefault();
      choose(place);
      tabs[place].focus();
    });
    list.append(...tabs);
    group.prepend(list);
    choose(Math.max(0, panels.findIndex((panel) => panel.querySelector("li"))));
  }

  function tabOf(panel) {
    const heading = panel.querySelector("h3");
    const name = heading.cloneNode(true).childNodes;
    const tab = element("button", { type: "button", id: `${panel.id}-tab` }, ...name);
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-controls", panel.id);
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", tab.id);
    return tab;
  }

  /** The tab that a key leads to; null for other keys. */
  function moved(key, place, tabs) {
    if (key === "Home") return 0;
    if (key === "End") return tabs - 1;
    const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
    return step === undefined ? null : (place + step + tabs) % tabs;
  }

  /** One window of the tuning at a time, where there are several. */
  function chooseWindow() {
    const windows = [...document.querySelectorAll(".window")];
    if (windows.length < 2) return;
    const options = windows.map((each, value) =>
      element("option", { value }, each.querySelector("h3").textContent.match(/[\d.]+ days?$/)[0]),
    );
    const select = element("select", {}, ...options);
    const show = () => {
      windows.forEach((each, place) => (each.hidden = place !== Number(select.value)));
    };
    const { charts } = report.figures;
    const current = windows.findIndex((each, place) => {
      const chart = charts[`tuning-${place}`];
      return chart.recommended !== null || chart.current !== null;
    });
    select.value = String(Math.max(0, current));
    select.addEventListener("change", show);
    const label = element("label", { className: "window-choice" }, "Window", select);
    windows[0].parentElement.before(label);
    show();
  }

  /** The first of a list of doubts; the others when they are asked for. */
  function shorten(list) {
    const others = [...list.children].slice(FIRST);
    if (others.length < 2) return;
    const name = `Show ${others.length} more`;
    const more = element("button", { type: "button", className: "more-doubts" }, name);
    others.forEach((each) => (each.hidden = true));
    more.addEventListener("click", () => {
      others.forEach((each) => (each.hidden = false));
      others[0].querySelector("summary, a").focus();
      more.remove();
    });
    list.after(more);
  }

  function connectCommands() {
    for (const box of document.querySelectorAll(".command")) {
      box.append(report.copyButton(box.querySelector("code")));
    }
  }

  closeNumbers();
  document.querySelectorAll(".tabs").forEach(makeTabs);
  document.querySelectorAll(".doubt-list").forEach(shorten);
  chooseWindow();
  connectCommands();
  document.querySelectorAll("details.doubted").forEach(report.stories.connectDoubt);
  report.charts.connect();
  report.list.start();
})();
