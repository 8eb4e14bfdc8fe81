"use strict";
// Search for words: all of them, in any order, without regard to case and accents.
report.search = (() => {
  // Letters that have an accent but no decomposition, and the dotless i.
  const LETTERS = { ø: "o", ł: "l", đ: "d", ð: "d", þ: "th", æ: "ae", œ: "oe", ß: "ss", ı: "i" };

  /** Lower case without accents, as titles and words are compared. */
  function folded(text) {
    const lower = text.toLowerCase();
    if (!/[^\0-\x7f]/.test(lower)) return lower; // nothing to fold, and much faster
    return lower
      .normalize("NFKD")
      .replace(/[\u0300-\u036f\p{Cf}]/gu, "") // accents, soft hyphens, joiners
      .replace(/[øłđðþæœßı]/g, (each) => LETTERS[each]);
  }

  /**
   * Texts as one long folded text, a line each: that is searched much faster than many short ones.
   * It is made at the first search, or when somebody is about to search.
   */
  class Searched {
    #lines;
    #text = null;
    #starts = null;
    #last = { query: "", matches: null };

    /** @param lines makes the texts, in the order of their numbers */
    constructor(lines) {
      this.#lines = lines;
    }

    prepare() {
      if (this.#starts) return;
      const lines = this.#lines().map((each) => each.replaceAll("\n", " "));
      const text = folded(lines.join("\n"));
      const starts = new Int32Array(lines.length + 1);
      for (let number = 1; number < lines.length; number += 1) {
        starts[number] = text.indexOf("\n", starts[number - 1]) + 1;
      }
      starts[lines.length] = text.length + 1;
      [this.#text, this.#starts] = [text, starts];
    }

    /** For each text 1 where it has all words of a query; null for a query without words. */
    matches(query) {
      if (query !== this.#last.query) {
        const words = folded(query).split(/\s+/).filter(Boolean);
        const having = words.map((word) => this.#having(word));
        const all = (one, other) => one.map((each, number) => each & other[number]);
        this.#last = { query, matches: having.length ? having.reduce(all) : null };
      }
      return this.#last.matches;
    }

    #having(word) {
      this.prepare();
      const starts = this.#starts;
      const having = new Uint8Array(starts.length - 1);
      let number = 0;
      let at = this.#text.indexOf(word);
      while (at >= 0) {
        number = lineAt(starts, at, number);
        having[number] = 1;
        at = this.#text.indexOf(word, starts[number + 1]);
      }
      return having;
    }
  }

  /** The line of a place in the text, by halving the lines from one before it. */
  function lineAt(starts, at, from) {
    let [low, high] = [from, starts.length - 1];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (starts[middle] <= at) low = middle;
      else high = middle;
    }
    return low;
  }

  return { Searched };
})();
