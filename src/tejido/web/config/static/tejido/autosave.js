// SPDX-License-Identifier: AGPL-3.0-or-later
// What the person who types must know about the drafts htmx sends: being saved, or not saved and why. The words stand
// in the page (#save-words), in her language. After a new sign-in in another tab the form takes the new session's
// token and goes on: nothing typed is lost.
"use strict";
(() => {
  const form = document.getElementById("contact-form");
  const words = document.getElementById("save-words");
  if (!form || !words) return;
  let lost = "";
  let saving = false;
  let leaving = false;
  let pressed = null;
  const say = (name, problem) => {
    const shown = document.getElementById("save-state");
    shown.textContent = words.dataset[name];
    shown.className = problem ? "notice problem" : "hint";
  };
  const ours = (event) => event.detail.elt === form;
  const missed = (name) => { lost = name; say(name, true); };
  form.addEventListener("htmx:beforeRequest", (event) => {
    if (!ours(event)) return;
    if (leaving) { event.preventDefault(); return; } // the pressed button saves all of it
    saving = true;
    say("saving", false);
  });
  form.addEventListener("htmx:afterRequest", (event) => {
    if (!ours(event)) return;
    saving = false;
    if (event.detail.successful) lost = "";
    const button = pressed;
    pressed = null;
    if (button) setTimeout(() => form.requestSubmit(button)); // once it is known whether the draft was lost
  });
  form.addEventListener("htmx:sendError", (event) => { if (ours(event)) missed("unreachable"); });
  form.addEventListener("htmx:responseError", (event) => {
    const status = event.detail.xhr.status;
    if (!ours(event) || status === 409 || status === 422) return; // these bring their own words
    missed(status === 401 || status === 403 ? "ended" : "failed");
  });
  // A button waits for the draft on its way, else it would save over it; and it never leads to a browser's error page.
  form.addEventListener("submit", (event) => {
    if (saving) { event.preventDefault(); pressed = event.submitter; return; }
    if (lost) { event.preventDefault(); say(lost, true); again(); return; }
    leaving = true;
  });
  const again = async () => {
    if (!lost) return;
    try {
      const answer = await fetch(form.action, { credentials: "same-origin" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector("#contact-form [name=csrfmiddlewaretoken]");
      if (!fresh) return;
      for (const token of document.querySelectorAll("[name=csrfmiddlewaretoken]")) token.value = fresh.value;
      window.htmx.trigger(form, "change");
    } catch { /* still unreachable: the words on the page say so */ }
  };
  window.addEventListener("focus", again);
  window.addEventListener("online", again);
  window.setInterval(again, 15000);
})();
