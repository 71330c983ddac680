// SPDX-License-Identifier: AGPL-3.0-or-later
// Leaving without JavaScript is a plain link. With it, this page's place in the history is taken by the next one,
// so that "back" does not return here, and pressing Escape three times within two seconds leaves as well.
"use strict";
(() => {
  const link = () => document.querySelector("a[data-leave]"); // asked anew: the form puts another page in this one's place
  const leave = () => {
    const to = link();
    if (!to) return;
    // Emptied first: what was on the screen must be gone even if the network is slow.
    document.body.hidden = true;
    for (const form of document.forms) form.reset();
    window.location.replace(to.href);
  };
  document.addEventListener("click", (event) => {
    if (event.target.closest("a[data-leave]")) { event.preventDefault(); leave(); }
  });
  let pressed = [];
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") { pressed = []; return; }
    const now = Date.now();
    pressed = pressed.filter((time) => now - time < 2000).concat(now);
    if (pressed.length >= 3) leave();
  });
})();
