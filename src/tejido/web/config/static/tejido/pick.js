// SPDX-License-Identifier: AGPL-3.0-or-later
// A long list of boxes is narrowed down by what is typed, however accents are written. Nothing typed here is sent.
"use strict";
(() => {
  const plain = (text) => text.normalize("NFD").replace(/\p{Diacritic}/gu, "").toLowerCase().trim();
  for (const find of document.querySelectorAll(".pick .find")) {
    const input = find.querySelector("input");
    const said = find.querySelector("[role=status]");
    const boxes = [...find.nextElementSibling.children];
    const narrow = () => {
      const wanted = plain(input.value);
      for (const box of boxes) box.hidden = !plain(box.textContent).includes(wanted);
      said.textContent = boxes.every((box) => box.hidden) ? said.dataset.none : "";
    };
    find.hidden = false;
    // The form around it saves drafts and sends itself on Enter: the search is none of its business.
    for (const kind of ["input", "change"]) input.addEventListener(kind, (event) => event.stopPropagation());
    input.addEventListener("input", narrow);
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter") event.preventDefault();
      if (event.key === "Escape") { input.value = ""; narrow(); }
    });
  }
})();
