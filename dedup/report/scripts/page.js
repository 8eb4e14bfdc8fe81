"use strict";
// What all scripts of the page share. A name at the top of a script is seen by the later ones, but
// is no property of the window.
const report = (() => {
  const figures = JSON.parse(document.getElementById("report-figures").textContent);

  // Characters that cannot be seen, or that change the direction of what stands around them.
  // Joiners are letters of some scripts; line ends and tabs are what they seem.
  const UNSEEN = /(?![\u200c\u200d\n\t])[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu;

  function escaped(character) {
    const code = character.codePointAt(0);
    if (code < 0x100) return `\\x${code.toString(16).padStart(2, "0")}`;
    if (code < 0x10000) return `\\u${code.toString(16).padStart(4, "0")}`;
    return `\\U${code.toString(16).padStart(8, "0")}`;
  }

  /** A text of the dump as it is shown: as `visible` of html_pages.py. */
  function visible(text) {
    return text.replace(UNSEEN, escaped);
  }

  /** A character as bash reads it: there, two digits are a byte. */
  function escapedInShell(character) {
    return escaped(character).replace(/^\\x([89a-f].)$/, "\\u00$1");
  }

  /** A word as a shell reads it; what cannot be seen in it is escaped, as bash knows. */
  function pasted(word) {
    if (/^[\w@%+=:,./-]+$/.test(word)) return word;
    if (visible(word) === word && !/[\n\t]/.test(word)) return `'${word.replaceAll("'", `'"'"'`)}'`;
    const quoted = word.replaceAll("\\", "\\\\").replaceAll("'", "\\'");
    return `$'${quoted.replace(/[\n\t]/g, escaped).replace(UNSEEN, escapedInShell)}'`;
  }

  /** The command that compares two documents. */
  function explainCommand(...ids) {
    const end = ids.some((id) => id.startsWith("-")) ? ["--", ...ids] : ids;
    return ["dedup", "explain", figures.out, ...end].map(pasted).join(" ");
  }

  /** A new element. Children that are texts become text nodes: nothing is read as HTML. */
  function element(name, properties = {}, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(properties)) {
      if (key === "data") Object.assign(made.dataset, value);
      else if (key in made) made[key] = value;
      else made.setAttribute(key, value);
    }
    made.append(...children.filter((each) => each !== null && each !== undefined));
    return made;
  }

  /** A name of the dump, in its own direction. */
  function named(name, text, className = "") {
    return element(name, { className, dir: "auto" }, visible(text));
  }

  function count(number) {
    return number.toLocaleString("en-US");
  }

  function counted(number, one, many = `${one}s`) {
    return `${count(number)} ${number === 1 ? one : many}`;
  }

  async function copied(button, code) {
    try {
      await navigator.clipboard.writeText(code.textContent);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(code); // the browser forbids it: the reader copies it
      button.textContent = "Selected";
    }
    setTimeout(() => (button.textContent = "Copy"), 2000);
  }

  /** A button that copies a command. */
  function copyButton(code) {
    const button = element("button", { type: "button", className: "copy" }, "Copy");
    button.setAttribute("aria-live", "polite");
    button.addEventListener("click", () => copied(button, code));
    return button;
  }

  /** A command with a button that copies it. */
  function command(text) {
    const code = element("code", {}, text);
    return element("div", { className: "command" }, code, copyButton(code));
  }

  return { figures, visible, explainCommand, element, named, count, counted, command, copyButton };
})();
