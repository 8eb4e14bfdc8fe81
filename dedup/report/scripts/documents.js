"use strict";
// The documents of the index: unpacked when they are first needed, a column each, with filters.
report.documents = (() => {
  const FACETS = ["status", "relation", "reason", "host", "day"];
  const NO_SCORE = 1000; // behind all scores, which are hundredths
  let loading = null;

  async function unpacked() {
    const packed = document.getElementById("report-index");
    const bytes = Uint8Array.from(atob(packed.textContent.trim()), (each) => each.charCodeAt(0));
    packed.remove(); // some megabytes that nobody reads again
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return JSON.parse(await new Response(stream).text());
  }

  /** The members of each story, the canonical first, and its canonical: -1 for none. */
  function storiesOf(index) {
    const members = index.story_ids.map(() => []);
    const canonical = new Int32Array(members.length).fill(-1);
    // A canonical of this dump, or of an earlier one.
    const isCanonical = index.status_names.map((name) => name.endsWith("canonical"));
    index.story.forEach((story, number) => {
      if (story < 0) return;
      members[story].push(number);
      if (isCanonical[index.status[number]]) canonical[story] = number;
    });
    members.forEach((each, story) => {
      const first = canonical[story];
      each.sort((a, b) => (b === first) - (a === first) || a - b);
    });
    return { members, canonical };
  }

  /** The days, cut as the chart of days cuts them, and the number of each document's. */
  function daysOf(index) {
    const dated = report.figures.charts.days?.rows.find(([label]) => /^\d/.test(label));
    const length = dated ? dated[0].length : 10;
    const cut = index.days.map((day) => day.slice(0, length) || "unknown");
    const names = [...new Set(cut)].sort();
    const numbers = new Map(names.map((name, number) => [name, number]));
    return [Int32Array.from(cut, (each) => numbers.get(each)), names];
  }

  /** The ends of "0.2-0.35", "5-" or "-0.3", times a scale. */
  function range(text, scale, least, most) {
    const [low, high] = text
      .split("-")
      .map((each) => (each.trim() ? Math.round(Number(each) * scale) : null));
    return [low ?? least, high ?? most];
  }

  class Documents {
    #index;
    #members;
    #canonical;
    #columns; // of each facet: the number of each document's value, and the values
    #searched;

    constructor(index) {
      this.#index = index;
      const { members, canonical } = storiesOf(index);
      [this.#members, this.#canonical] = [members, canonical];
      this.#columns = {
        status: [index.status, index.status_names],
        relation: [index.relation, index.relation_names],
        reason: [index.reason, index.reason_names],
        host: [index.hosts, index.host_names],
        day: daysOf(index),
      };
      this.#searched = new report.search.Searched(() =>
        index.ids.map((id, number) => `${index.titles[number]}\t${this.#host(number)}\t${id}`),
      );
    }

    get size() {
      return this.#index.ids.length;
    }

    /** The values of a facet. */
    names(facet) {
      return this.#columns[facet][1];
    }

    prepareSearch() {
      this.#searched.prepare();
    }

    #host(number) {
      return this.#index.host_names[this.#index.hosts[number]] ?? "";
    }

    /** The canonical of a document's story; -1 for none. */
    #first(number) {
      return this.#canonical[this.#index.story[number]] ?? -1;
    }

    #storySize(number) {
      return this.#members[this.#index.story[number]]?.length ?? 0;
    }

    #agency(number) {
      return this.#index.agency_names[this.#index.agencies[number] ?? -1];
    }

    /** The host that a removed document is from, as the chart of flows has it. */
    #origin(number) {
      const first = this.#first(number);
      const isOther = first >= 0 && first !== number && this.#agency(number) === undefined;
      return isOther ? this.#host(first) : undefined;
    }

    /** For each value of a facet 1 where it is wanted; null for all. */
    #wanted(facet, filter) {
      if (filter === undefined) return null;
      const parts = facet === "host" ? [filter] : filter.split(",");
      const isPart = (name, part) =>
        facet === "day" && part !== "unknown" ? name.startsWith(part) : name === part;
      return Uint8Array.from(this.names(facet), (name) => parts.some((each) => isPart(name, each)));
    }

    /** The tests of the filters that are no facets. */
    #tests({ story, score, size, agency, from, kept, q }) {
      const index = this.#index;
      const tests = [];
      if (story !== undefined) {
        const wanted = index.story_ids.indexOf(story);
        tests.push((number) => wanted >= 0 && index.story[number] === wanted);
      }
      if (score !== undefined) {
        const [low, high] = range(score, 100, 0, 100);
        tests.push((number) => index.score[number] >= low && index.score[number] <= high);
      }
      if (size !== undefined) {
        const [low, high] = range(size, 1, 0, Infinity);
        tests.push((number) => this.#storySize(number) >= low && this.#storySize(number) <= high);
      }
      if (agency !== undefined) tests.push((number) => this.#agency(number) === agency);
      if (from !== undefined) tests.push((number) => this.#origin(number) === from);
      if (kept !== undefined) tests.push((number) => this.#isKept(number, kept === "here"));
      const matches = this.#searched.matches(q ?? "");
      if (matches) tests.push((number) => matches[number] === 1);
      return tests;
    }

    /** Whether the canonical of a document is on its own host, or on another. */
    #isKept(number, isHere) {
      const first = this.#first(number);
      return first >= 0 && (this.#host(first) === this.#host(number)) === isHere;
    }

    /**
     * The documents that pass all filters, and for each facet how many each of its values would
     * have with the other filters as they are.
     */
    found(filters) {
      const facets = FACETS.map((name) => ({
        name,
        numbers: this.#columns[name][0],
        wanted: this.#wanted(name, filters[name]),
        counts: new Int32Array(this.names(name).length),
      }));
      const limited = facets.filter(({ wanted }) => wanted !== null);
      const tests = this.#tests(filters);
      const found = [];
      for (let number = 0; number < this.size; number += 1) {
        const failed = limited.filter(({ wanted, numbers }) => wanted[numbers[number]] !== 1);
        if (failed.length > 1 || !tests.every((test) => test(number))) continue;
        if (failed.length === 0) found.push(number);
        for (const { numbers, counts } of failed.length ? failed : facets) {
          if (numbers[number] >= 0) counts[numbers[number]] += 1;
        }
      }
      const counts = Object.fromEntries(facets.map((each) => [each.name, each.counts]));
      return { numbers: this.#ordered(found, filters.order), counts };
    }

    /** Numbers in another order than the run's; equal ones stay in it. */
    #ordered(numbers, order) {
      const { score, days } = this.#index;
      const orders = {
        score: (a, b) => this.#sortScore(score[a]) - this.#sortScore(score[b]),
        story: (a, b) => this.#storySize(b) - this.#storySize(a),
        day: (a, b) => (days[a] < days[b]) - (days[a] > days[b]),
      };
      return Object.hasOwn(orders, order ?? "") ? numbers.sort(orders[order]) : numbers;
    }

    #sortScore(score) {
      return score < 0 ? NO_SCORE : score;
    }

    /** What is shown of a document. */
    document(number) {
      const index = this.#index;
      const score = index.score[number];
      return {
        number,
        id: index.ids[number],
        title: index.titles[number],
        host: this.#host(number),
        day: index.days[number],
        status: index.status_names[index.status[number]] ?? "",
        relation: index.relation_names[index.relation[number]] ?? "",
        reason: index.reason_names[index.reason[number]] ?? "",
        score: score < 0 ? "" : (score / 100).toFixed(2),
        story: index.story[number],
      };
    }

    story(number) {
      return {
        id: this.#index.story_ids[number],
        members: this.#members[number],
        canonical: this.#canonical[number],
      };
    }
  }

  /** The documents, unpacked at the first call. */
  function load() {
    loading ??= unpacked().then((index) => new Documents(index));
    return loading;
  }

  return { load };
})();
