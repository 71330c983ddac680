// SPDX-License-Identifier: AGPL-3.0-or-later
// The public form and coming back to it, where JavaScript runs: what is written is sealed here before it leaves, and an
// answer is opened here. Wherever anything of this is missing (no JavaScript, an old browser, a page without https), the
// plain forms work and are sealed as they arrive.
"use strict";
(() => {
  const sealing = window.tejidoSealing;
  if (!sealing || !window.crypto || !crypto.subtle) return;

  const form = () => document.getElementById("write");
  const asking = () => document.getElementById("come-back");
  const words = () => document.getElementById("write-words").dataset;
  const ABOUT_THE_PAGE = ["csrfmiddlewaretoken", "notice", "code", "finder", "then"]; // never among the answers
  let code = ""; // on this device alone, while the page is open
  let derived = null; // what it stands for: a finder and a seed
  let sent = { text: "", box: "" }; // sent again unchanged, it is the same box and so the same contact
  let busy = false;

  const grouped = (digits) => digits.match(/.{1,4}/g).join(" ");
  const rest = (digits) => [...digits].reduce((sum, digit) => (sum * 10 + Number(digit)) % 97, 0);
  const newCode = () => {
    let digits = "";
    while (digits.length < 26) {
      const [drawn] = crypto.getRandomValues(new Uint8Array(1));
      if (drawn < 250) digits += drawn % 10;
    }
    return digits + String(98 - rest(`${digits}00`)).padStart(2, "0");
  };
  const derive = async (digits, page) => {
    if (digits !== code || !derived) {
      derived = await sealing.derive(digits, page.dataset.salt, Number(page.dataset.rounds));
      derived.publicKey = await sealing.publicOf(derived.seed);
      code = digits;
    }
    return derived;
  };

  const typed = () => {
    const answers = {};
    for (const [name, value] of new FormData(form())) if (!ABOUT_THE_PAGE.includes(name)) answers[name] = value;
    return answers;
  };
  const fill = (answers) => {
    for (const field of form().elements) {
      if (!field.name || ABOUT_THE_PAGE.includes(field.name)) continue;
      if (field.type === "radio" || field.type === "checkbox") field.checked = answers[field.name] === field.value;
      else if (field.name in answers) field.value = answers[field.name];
    }
  };
  // What the page says of itself, in plain words: which of the two happens, the code, the answers.
  const dress = async () => {
    for (const each of document.querySelectorAll("[data-sealed]")) each.hidden = each.dataset.sealed !== "here";
    for (const each of document.querySelectorAll("[data-return-code]")) if (code) each.textContent = grouped(code);
    for (const each of document.querySelectorAll("[data-box]")) {
      try {
        const said = await sealing.open(derived.seed, each.dataset.info, each.dataset.box);
        each.querySelector("[data-words]").textContent = said.words;
        const day = new Date(`${said.on}T12:00:00`);
        each.querySelector("[data-on]").textContent = day.toLocaleDateString(document.documentElement.lang, { dateStyle: "long" });
      } catch { each.querySelector("[data-words]").textContent = words().unreadable; }
    }
  };
  // Another page of ours takes this one's place without a line of what is typed leaving the device.
  const show = async (page) => {
    document.documentElement.lang = page.documentElement.lang;
    document.title = page.title;
    document.body.replaceChildren(...[...page.body.childNodes].map((each) => document.importNode(each, true)));
    window.scrollTo(0, 0);
    document.querySelector(".form-errors")?.focus();
    await dress();
  };
  const say = (text, before, field) => {
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
    before.before(box);
    if (field) { field.setAttribute("aria-invalid", "true"); field.focus(); } else box.focus();
    box.scrollIntoView({ block: "nearest" });
  };
  const post = async (from, values) => {
    const token = from.elements.csrfmiddlewaretoken.value;
    const answer = await fetch(from.getAttribute("action"), {
      method: "POST", body: new URLSearchParams({ csrfmiddlewaretoken: token, ...values }), credentials: "same-origin",
    });
    return { status: answer.status, page: new DOMParser().parseFromString(await answer.text(), "text/html") };
  };

  const changeLanguage = async (language) => {
    const answers = typed();
    const { page } = await post(form(), { notice: form().elements.notice.value, switch: language });
    if (!page.getElementById("write")) throw new Error("switch");
    await show(page);
    fill(answers);
  };

  const send = async (then) => {
    const answers = typed();
    if (!answers.own_words.trim()) { say(words().empty, form(), form().elements.own_words); return; }
    for (let tried = 0; tried < 2; tried += 1) {
      const lock = form().dataset;
      const { finder, publicKey } = await derive(code || newCode(), form());
      const text = JSON.stringify([lock.info, answers, code]);
      if (sent.text !== text) {
        sent = { text, box: await sealing.seal(lock.key, lock.info, { ...answers, return_key: publicKey }) };
      }
      const { status, page } = await post(form(), {
        notice: form().elements.notice.value, language: answers.language || "", generation: lock.generation,
        box: sent.box, finder, then,
      });
      if (page.querySelector("[data-arrived]")) {
        sent = { text: "", box: "" };
        await show(page);
        return;
      }
      const fresh = page.getElementById("write");
      if (status !== 409 || !fresh) { say(words().failed, form()); return; }
      // The page stood open too long: its lock is renewed, and the same words are sealed again.
      for (const name of ["key", "info", "generation"]) form().dataset[name] = fresh.dataset[name];
      for (const name of ["csrfmiddlewaretoken", "notice"]) form().elements[name].value = fresh.elements[name].value;
    }
    say(words().failed, form());
  };

  const comeBack = async () => {
    const field = asking().elements.code;
    const digits = field.value.replace(/[^0-9]/g, "");
    if (digits.length !== 28 || rest(digits) !== 1) { say(words().slip, asking(), field); return; }
    const { finder } = await derive(digits, asking());
    await show((await post(asking(), { finder })).page);
  };

  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    let work = null;
    if (event.target === asking()) work = comeBack;
    else if (event.target === form() && button?.name === "switch") work = () => changeLanguage(button.value);
    else if (event.target === form() && form().dataset.key) work = () => send(button?.value || "");
    if (!work) return;
    event.preventDefault();
    if (busy) return;
    busy = true;
    const label = button?.name === "switch" ? "" : button?.textContent;
    if (label) button.textContent = words().sending;
    work()
      .catch(() => say(words().unreachable, form() || asking()))
      .finally(() => { busy = false; if (label && button.isConnected) button.textContent = label; });
  });
  if (form()?.dataset.key || asking()) dress();
})();
