"use strict";
// The documents: unpacked when they are first needed, a column each, found by words and filters.
report.documents = (() => {
  const FACETS = ["status", "relation", "reason", "host", "day"];
  // Letters that have an accent but no decomposition, and the dotless i.
  const LETTERS = { ø: "o", ł: "l", đ: "d", ð: "d", þ: "th", æ: "ae", œ: "oe", ß: "ss", ı: "i" };
  let loading = null;

  async function unpacked() {
    const packed = document.getElementById("report-index");
    const bytes = Uint8Array.from(atob(packed.textContent.trim()), (each) => each.charCodeAt(0));
    packed.remove(); // some megabytes that nobody reads again
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return JSON.parse(await new Response(stream).text());
  }

  /** Lower case without accents, as titles and words are compared. */
  function folded(text) {
    const lower = text.toLowerCase();
    if (!/[^\0-\x7f]/.test(lower)) return lower; // most dumps, and much faster
    return lower
      .normalize("NFKD")
      .replace(/[\u0300-\u036f]/g, "")
      .replace(/[øłđðþæœßı]/g, (each) => LETTERS[each]);
  }

  /** What the index says between its lines: the members and the canonical of each story. */
  function derived(index) {
    const stories = index.story_ids.length;
    const members = Array.from({ length: stories }, () => []);
    const canonical = new Int32Array(stories).fill(-1);
    const isCanonical = index.status_names.map((name) => name.endsWith("canonical")); // or an earlier one
    index.story.forEach((story, number) => {
      if (story < 0) return;
      members[story].push(number);
      if (isCanonical[index.status[number]]) canonical[story] = number;
    });
    for (let story = 0; story < stories; story += 1) {
      const first = canonical[story];
      members[story].sort((a, b) => (b === first) - (a === first) || a - b);
    }
    return { members, canonical, ...days(index) };
  }

  /** The days, cut as the chart of days cuts them, and the number of each document's. */
  function days(index) {
    const dated = report.figures.charts.days?.rows.find(([label]) => /^\d/.test(label));
    const length = dated ? dated[0].length : 10;
    const cut = index.days.map((day) => day.slice(0, length) || "unknown");
    const dayNames = [...new Set(cut)].sort();
    const numbers = new Map(dayNames.map((name, number) => [name, number]));
    return { dayNames, day: Int32Array.from(cut, (each) => numbers.get(each)) };
  }

  function made(index) {
    const { members, canonical, dayNames, day } = derived(index);
    const columns = {
      status: [index.status, index.status_names],
      relation: [index.relation, index.relation_names],
      reason: [index.reason, index.reason_names],
      host: [index.hosts, index.host_names],
      day: [day, dayNames],
    };
    let searched = null;
    let lastSearch = { query: "", matches: null };

    /**
     * What is searched: all titles, hosts and ids as one folded text, a line a document, and where
     * each line starts. Made once, when somebody searches: one long text is searched much faster
     * than many short ones.
     */
    function prepareSearch() {
      if (searched) return searched;
      const lines = index.ids.map((id, number) =>
        `${index.titles[number]}\t${hostOf(number)}\t${id}`.replaceAll("\n", " "),
      );
      const text = folded(lines.join("\n"));
      const starts = new Int32Array(lines.length + 1);
      for (let number = 1; number < lines.length; number += 1) {
        starts[number] = text.indexOf("\n", starts[number - 1]) + 1;
      }
      starts[lines.length] = text.length + 1;
      searched = { text, starts };
      return searched;
    }

    /** For each document 1 where it has all words of a query; null for a query without words. */
    function matchesOf(query) {
      if (query === lastSearch.query) return lastSearch.matches;
      const words = folded(query).split(/\s+/).filter(Boolean);
      let matches = null;
      for (const word of words) {
        const having = havingWord(word);
        matches = matches ? matches.map((each, number) => each & having[number]) : having;
      }
      lastSearch = { query, matches };
      return matches;
    }

    function havingWord(word) {
      const { text, starts } = prepareSearch();
      const having = new Uint8Array(starts.length - 1);
      let number = 0;
      for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, starts[number + 1])) {
        number = lineAt(starts, at, number);
        having[number] = 1;
      }
      return having;
    }

    /** The line of a place in the text, by halving what lies after a line before it. */
    function lineAt(starts, at, from) {
      let [low, high] = [from, starts.length - 1];
      while (high - low > 1) {
        const middle = (low + high) >> 1;
        if (starts[middle] <= at) low = middle;
        else high = middle;
      }
      return low;
    }

    function hostOf(number) {
      return index.host_names[index.hosts[number]] ?? "";
    }

    /** Where the text of a removed document comes from, as the chart of flows has it. */
    function originOf(number) {
      const agency = index.agencies[number] ?? -1;
      if (agency >= 0) return { agency: index.agency_names[agency] };
      const first = index.story[number] < 0 ? -1 : canonical[index.story[number]];
      return first < 0 || first === number ? {} : { host: hostOf(first) };
    }

    /** A test of a facet's number: null for all. */
    function facetTest(name, wanted) {
      if (wanted === undefined) return null;
      const [, names] = columns[name];
      const parts = name === "host" ? [wanted] : wanted.split(",");
      const matches = (each) => parts.some((part) => isOf(name, each, part));
      return Uint8Array.from(names, matches);
    }

    function isOf(facet, name, part) {
      return facet === "day" && part !== "unknown" ? name.startsWith(part) : name === part;
    }

    /** The tests of the filters that have no counts. */
    function otherTests(filters) {
      const tests = [];
      if (filters.story !== undefined) {
        const story = index.story_ids.indexOf(filters.story);
        tests.push((number) => story >= 0 && index.story[number] === story);
      }
      if (filters.score !== undefined) {
        const [low, high] = range(filters.score, 100, 0, 100);
        tests.push((number) => index.score[number] >= low && index.score[number] <= high);
      }
      if (filters.size !== undefined) {
        const [low, high] = range(filters.size, 1, 0, Infinity);
        tests.push((number) => {
          const size = members[index.story[number]]?.length ?? 0;
          return size >= low && size <= high;
        });
      }
      if (filters.agency !== undefined) {
        tests.push((number) => originOf(number).agency === filters.agency);
      }
      if (filters.from !== undefined) {
        tests.push((number) => originOf(number).host === filters.from);
      }
      if (filters.kept !== undefined) {
        const isHere = filters.kept === "here";
        tests.push((number) => {
          const first = canonical[index.story[number]] ?? -1;
          return first >= 0 && (hostOf(first) === hostOf(number)) === isHere;
        });
      }
      const matches = matchesOf(filters.q ?? "");
      if (matches) tests.push((number) => matches[number] === 1);
      return tests;
    }

    /**
     * The documents that pass all filters, and for each facet how many each of its values would
     * have with the other filters as they are.
     */
    function found(filters) {
      const facets = FACETS.map((name) => ({
        numbers: columns[name][0],
        passes: facetTest(name, filters[name]),
        counts: new Int32Array(columns[name][1].length),
      }));
      const others = otherTests(filters);
      const numbers = [];
      const total = index.ids.length;
      for (let number = 0; number < total; number += 1) {
        let failing = null;
        let failures = 0;
        for (const facet of facets) {
          if (facet.passes === null || facet.passes[facet.numbers[number]] === 1) continue;
          failing = facet;
          failures += 1;
        }
        if (failures > 1 || !others.every((test) => test(number))) continue;
        if (failures === 1) {
          count(failing, number);
          continue;
        }
        numbers.push(number);
        for (const facet of facets) count(facet, number);
      }
      const counts = facets.map((facet, place) => [FACETS[place], facet.counts]);
      return { numbers: ordered(numbers, filters.order), counts: Object.fromEntries(counts) };
    }

    function count(facet, number) {
      const value = facet.numbers[number];
      if (value >= 0) facet.counts[value] += 1;
    }

    /** Numbers in another order than the run's; equal ones stay in it. */
    function ordered(numbers, order) {
      const keys = {
        score: (number) => (index.score[number] < 0 ? 1000 : index.score[number]),
        story: (number) => -(members[index.story[number]]?.length ?? 0),
      };
      if (order === "day") {
        return numbers.sort((a, b) => (index.days[a] < index.days[b] ? 1 : index.days[a] > index.days[b] ? -1 : a - b));
      }
      const key = keys[order];
      return key ? numbers.sort((a, b) => key(a) - key(b) || a - b) : numbers;
    }

    function document_(number) {
      const score = index.score[number];
      return {
        number,
        id: index.ids[number],
        title: index.titles[number],
        host: hostOf(number),
        day: index.days[number],
        status: index.status_names[index.status[number]] ?? "",
        relation: index.relation_names[index.relation[number]] ?? "",
        reason: index.reason_names[index.reason[number]] ?? "",
        score: score < 0 ? "" : (score / 100).toFixed(2),
        story: index.story[number],
      };
    }

    function story(number) {
      return { id: index.story_ids[number], members: members[number], canonical: canonical[number] };
    }

    const names = Object.fromEntries(FACETS.map((name) => [name, columns[name][1]]));
    return { size: index.ids.length, names, found, document: document_, story, prepareSearch };
  }

  /** The ends of "0.2-0.35", "5-" or "-0.3", times a scale. */
  function range(text, scale, least, most) {
    const [low, high] = text.split("-");
    const number = (each, otherwise) => (each?.trim() ? Math.round(Number(each) * scale) : otherwise);
    return [number(low, least), number(high, most)];
  }

  /** The documents, unpacked at the first call. */
  function load() {
    loading ??= unpacked().then(made);
    return loading;
  }

  return { load, range, FACETS };
})();
