"use strict";
// The list's filters as the fragment of the address: #list?relation=near&host=x. The address is
// what decides: links, the back button and a shared address all come through here.
report.address = (() => {
  const START = "#list";

  /** The filters in the address; null where it is not of the list. */
  function read() {
    const { hash } = location;
    if (hash !== START && !hash.startsWith(`${START}?`)) return null;
    return Object.fromEntries(new URLSearchParams(hash.slice(START.length + 1)));
  }

  function written(filters) {
    const query = new URLSearchParams(filters).toString();
    return query ? `${START}?${query}` : START;
  }

  /** Puts filters into the address: as a new step for the back button, or in place. */
  function write(filters, isStep) {
    const fragment = written(filters);
    if (fragment === location.hash) return;
    history[isStep ? "pushState" : "replaceState"](null, "", fragment);
  }

  return { read, write, written };
})();
