"use strict";
// Choosers show and hide columns and rows in all tables of the page alike: what is unchecked is a CSS
// class that is not displayed. The same choice stands above several tables; its boxes move together.
const choices = [...document.querySelectorAll(".chooser input")];
const hiding = document.getElementById("hiding");

function span(table) {
  const [groups, heads] = table.tHead.rows;
  if (!heads) return;
  let place = 0;
  [...groups.cells].forEach((group) => {
    const own = [...heads.cells].slice(place, (place += Number(group.dataset.span)));
    const shown = own.filter((th) => getComputedStyle(th).display !== "none").length;
    group.hidden = !shown;
    group.colSpan = shown || 1;
  });
}

function count(chooser) {
  const output = chooser.querySelector("output");
  const boxes = [...chooser.querySelectorAll("input")];
  if (output) output.textContent = `${boxes.filter((b) => b.checked).length} of ${boxes.length}`;
}

function choose(changed) {
  changed.forEach((box) => choices.forEach((other) => { if (other.value === box.value) other.checked = box.checked; }));
  const hidden = new Set(choices.filter((box) => !box.checked).map((box) => `.${box.value}`));
  hiding.textContent = hidden.size ? `${[...hidden].join(", ")} { display: none }` : "";
  document.querySelectorAll("table[data-interactive]").forEach((table) => {
    if (table.closest("figure").querySelector(".choosers")) span(table);
    table.dispatchEvent(new Event("chosen"));
  });
  document.querySelectorAll(".chooser").forEach(count);
}

choices.forEach((box) => box.addEventListener("change", () => choose([box])));
document.querySelectorAll(".chooser button").forEach((button) => button.addEventListener("click", () => {
  const boxes = [...button.closest(".chooser").querySelectorAll("input")];
  boxes.forEach((box) => { box.checked = "all" in button.dataset || box.defaultChecked; });
  choose(boxes);
}));
