// SPDX-License-Identifier: AGPL-3.0-or-later
// The public form where JavaScript runs: what is written is sealed here, before it leaves. Wherever anything of this is
// missing (no JavaScript, an old browser, a page without https), the plain form works and is sealed as it arrives.
"use strict";
(() => {
  const sealing = window.tejidoSealing;
  if (!sealing || !window.crypto || !crypto.subtle || !document.getElementById("write")) return;

  const form = () => document.getElementById("write");
  const words = () => document.getElementById("write-words").dataset;
  const LEFT_IN_CLEAR = ["csrfmiddlewaretoken", "notice"];
  let sent = { text: "", box: "" }; // sent again unchanged, it is the same box and so the same contact
  let busy = false;

  // Which of the two happens is said on the page, in plain words.
  const sayWhere = () => {
    for (const each of document.querySelectorAll("[data-sealed]")) each.hidden = each.dataset.sealed !== "here";
  };
  const typed = () => {
    const answers = {};
    for (const [name, value] of new FormData(form())) {
      if (!LEFT_IN_CLEAR.includes(name)) answers[name] = value;
    }
    return answers;
  };
  const fill = (answers) => {
    for (const field of form().elements) {
      if (!field.name || LEFT_IN_CLEAR.includes(field.name)) continue;
      if (field.type === "radio" || field.type === "checkbox") field.checked = answers[field.name] === field.value;
      else if (field.name in answers) field.value = answers[field.name];
    }
  };
  // Another page of ours takes this one's place without a line of what is typed leaving the device.
  const show = (page) => {
    document.documentElement.lang = page.documentElement.lang;
    document.title = page.title;
    document.body.replaceChildren(...[...page.body.childNodes].map((each) => document.importNode(each, true)));
    sayWhere();
  };
  const say = (text, field) => {
    document.querySelector(".form-errors")?.remove();
    const box = document.createElement("div");
    box.className = "notice problem form-errors";
    box.tabIndex = -1;
    box.setAttribute("role", "alert");
    const heading = document.createElement("h2");
    heading.textContent = words().heading;
    const line = document.createElement("p");
    line.textContent = text;
    box.append(heading, line);
    form().before(box);
    if (field) { field.setAttribute("aria-invalid", "true"); field.focus(); } else box.focus();
    box.scrollIntoView({ block: "nearest" });
  };
  const post = async (values) => {
    const answer = await fetch(form().getAttribute("action"), {
      method: "POST", body: new URLSearchParams(values), credentials: "same-origin", referrerPolicy: "same-origin",
    });
    return { answer, page: new DOMParser().parseFromString(await answer.text(), "text/html") };
  };
  const clear = () => {
    const values = {};
    for (const name of LEFT_IN_CLEAR) values[name] = form().elements[name].value;
    return values;
  };

  const changeLanguage = async (code) => {
    const answers = typed();
    const { answer, page } = await post({ ...clear(), switch: code });
    if (!answer.ok || !page.getElementById("write")) throw new Error("switch");
    show(page);
    fill(answers);
  };

  const send = async () => {
    const answers = typed();
    if (!answers.own_words.trim()) { say(words().empty, form().elements.own_words); return; }
    for (let tried = 0; tried < 2; tried += 1) {
      const lock = form().dataset;
      const text = JSON.stringify([lock.info, answers]);
      if (sent.text !== text) sent = { text, box: await sealing.seal(lock.key, lock.info, answers) };
      const values = { ...clear(), language: answers.language || "", generation: lock.generation, box: sent.box };
      const { answer, page } = await post(values);
      if (answer.ok && answer.redirected) {
        sent = { text: "", box: "" };
        show(page);
        history.replaceState(null, "", new URL(answer.url).pathname);
        window.scrollTo(0, 0);
        return;
      }
      const fresh = page.getElementById("write");
      if (answer.status !== 409 || !fresh) { say(words().failed); return; }
      // The page stood open too long: its lock is renewed, and the same words are sealed again.
      for (const name of ["key", "info", "generation"]) form().dataset[name] = fresh.dataset[name];
      for (const name of LEFT_IN_CLEAR) form().elements[name].value = fresh.elements[name].value;
    }
    say(words().failed);
  };

  document.addEventListener("submit", (event) => {
    if (event.target !== form()) return;
    event.preventDefault();
    if (busy) return;
    busy = true;
    const button = event.submitter;
    const code = button && button.name === "switch" ? button.value : "";
    const label = button ? button.textContent : "";
    if (button && !code) button.textContent = words().sending;
    (code ? changeLanguage(code) : send())
      .catch(() => { if (form()) say(words().unreachable); })
      .finally(() => { busy = false; if (button && button.isConnected) button.textContent = label; });
  });
  sayWhere();
})();
