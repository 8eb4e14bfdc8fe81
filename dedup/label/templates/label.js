// Sends each answer with the place of the pair it is for, and shows what the server asks next.
"use strict";
{
  const ACTIONS = { y: "same", n: "different", s: "skip", u: "undo", q: "stop" };
  const ANSWERS = ["same", "different", "skip"];
  const byId = (id) => document.getElementById(id);
  const keys = document.querySelector(".keys");
  let isWaiting = false;

  // Nobody has read a pair that has just come: a key pressed twice does not answer it.
  function open() {
    const asked = byId("asked");
    const { place, undo, ended } = asked.dataset;
    keys.hidden = ended !== undefined;
    byId("undo").disabled = undo === undefined;
    for (const answer of ANSWERS) byId(answer).disabled = place === "";
    setTimeout(() => { asked.dataset.open = ""; }, Number(keys.dataset.wait));
  }

  function show(html) {
    const next = new DOMParser().parseFromString(html, "text/html").getElementById("asked");
    const hadFocus = keys.contains(document.activeElement);
    byId("asked").replaceWith(next);
    byId("message").textContent = next.dataset.message;
    byId("trouble").hidden = true;
    open();
    window.scrollTo(0, 0);
    if (!hadFocus || document.activeElement === document.body) {
      byId("question").focus({ preventScroll: true });
    }
  }

  function complain(text) {
    byId("trouble").textContent = text;
    byId("trouble").hidden = false;
  }

  async function send(action) {
    const { place, open: isOpen } = byId("asked").dataset;
    if (isWaiting || keys.hidden || byId(action).disabled) return;
    if (ANSWERS.includes(action) && isOpen === undefined) return;
    isWaiting = true;
    try {
      const response = await fetch("", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ action, place: place === "" ? null : Number(place) }),
        cache: "no-store",
        redirect: "error",
      });
      const text = await response.text();
      if (response.ok) show(text);
      else complain(`Not saved: ${text}`);
    } catch {
      complain("Not saved: dedup label has ended. Start it again and open its new address.");
    } finally {
      isWaiting = false;
    }
  }

  document.addEventListener("keydown", (event) => {
    const action = ACTIONS[event.key.toLowerCase()];
    if (!action || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    send(action);
  });
  for (const action of Object.values(ACTIONS)) {
    byId(action).addEventListener("click", () => send(action));
  }
  open();
}
