// SPDX-License-Identifier: AGPL-3.0-or-later
// Asks the browser for a security key and sends its answer with the form. Nothing is kept here.
"use strict";
(() => {
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const named = (list) => (list || []).map((each) => ({ ...each, id: bytes(each.id) }));

  const asked = (options) => {
    const question = { ...options, challenge: bytes(options.challenge) };
    if (!options.user) return { ...question, allowCredentials: named(options.allowCredentials) };
    return { ...question, user: { ...options.user, id: bytes(options.user.id) },
      excludeCredentials: named(options.excludeCredentials) };
  };

  const answered = (made) => {
    const response = { clientDataJSON: text(made.response.clientDataJSON) };
    for (const part of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (made.response[part]) response[part] = text(made.response[part]);
    }
    return { id: made.id, rawId: text(made.rawId), type: made.type, response, clientExtensionResults: {} };
  };

  for (const form of document.querySelectorAll("form[data-security-key]")) {
    const said = form.querySelector("[data-said]");
    const answer = form.elements.answer;
    if (!navigator.credentials || !window.PublicKeyCredential) {
      said.textContent = said.dataset.none;
      form.querySelector("button").disabled = true;
      continue;
    }
    form.addEventListener("submit", async (event) => {
      if (answer.value) return;
      event.preventDefault();
      said.textContent = said.dataset.waiting;
      try {
        const publicKey = asked(JSON.parse(form.dataset.securityKey).publicKey);
        const made = publicKey.user ? await navigator.credentials.create({ publicKey })
          : await navigator.credentials.get({ publicKey });
        answer.value = JSON.stringify(answered(made));
        form.requestSubmit();
      } catch {
        said.textContent = said.dataset.failed;
      }
    });
  }
})();
