// SPDX-License-Identifier: AGPL-3.0-or-later
// Browsers keep whole pages in memory for "back", whatever they were told: such a page goes blank as one leaves it, and
// is asked for anew if one comes back. Signed out, that answer is the sign-in page.
"use strict";
(() => {
  window.addEventListener("pagehide", () => { document.documentElement.hidden = true; });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) window.location.reload();
    else document.documentElement.hidden = false;
  });
})();
