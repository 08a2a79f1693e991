"use strict";
// Sorting and filtering of every table marked data-interactive. A row is an object with its cells'
// texts, its sort keys and, once it has been shown, its <tr>.
const PAGE = 200;

function readRows(table, json, numeric) {
  if (json) {
    const { cells, keys } = JSON.parse(json.textContent);
    return cells.map((texts, i) => ({ texts, keys: keys.map((k, j) => (k ? k[i] : texts[j])), tr: null }));
  }
  return [...table.tBodies[0].rows].map((tr) => ({
    texts: [...tr.cells].map((td) => td.textContent),
    keys: [...tr.cells].map((td, j) => {
      if (td.dataset.key === undefined) return numeric[j] ? parseFloat(td.textContent) : td.textContent;
      return td.dataset.key === "" ? null : Number(td.dataset.key);
    }),
    tr,
  }));
}

function element(row, numeric) {
  if (row.tr) return row.tr;
  row.tr = document.createElement("tr");
  row.texts.forEach((text, j) => {
    const td = row.tr.insertCell();
    if (numeric[j]) td.className = "n";
    if (!text.includes("\n")) { td.textContent = text; return; }
    const details = td.appendChild(document.createElement("details"));
    details.appendChild(document.createElement("summary")).textContent = text.split("\n", 1)[0];
    details.appendChild(document.createElement("pre")).textContent = text;
  });
  return row.tr;
}

// Rows without a key stay last in both directions.
function compare(column, sign) {
  return ({ keys: a }, { keys: b }) => {
    const [x, y] = [a[column], b[column]];
    if (x === null || y === null) return (x === null) - (y === null);
    return sign * (typeof x === "string" ? x.localeCompare(y) : x - y);
  };
}

function enliven(table) {
  const figure = table.closest("figure");
  const headers = [...table.tHead.rows[table.tHead.rows.length - 1].cells];  // above: groups
  const numeric = headers.map((th) => th.classList.contains("n"));
  const rows = readRows(table, figure.querySelector('script[type="application/json"]'), numeric);
  rows.forEach((row) => { row.search = row.texts.join(" ").toLowerCase(); });
  const input = figure.querySelector(".filter input");
  const more = figure.querySelector(".more button");
  let shown = Math.max(PAGE, table.tBodies[0].rows.length);
  let order = rows;

  function show() {
    const words = (input ? input.value : "").toLowerCase().split(/\s+/);
    const kept = order.filter((row) => words.every((word) => row.search.includes(word)));
    table.tBodies[0].replaceChildren(...kept.slice(0, shown).map((row) => element(row, numeric)));
    if (more) more.hidden = kept.length <= shown;
    if (!input) return;
    const off = new Set([...figure.querySelectorAll(".chooser input:not(:checked)")].map((box) => box.value));
    const seen = kept.filter(({ tr }) => !tr || ![...tr.classList].some((choice) => off.has(choice)));
    figure.querySelector(".filter output").textContent = seen.length === rows.length
      ? `${rows.length.toLocaleString("en")} rows`
      : `${seen.length.toLocaleString("en")} of ${rows.length.toLocaleString("en")} rows`;
  }

  headers.forEach((th, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...th.childNodes);
    th.append(button);
    button.addEventListener("click", () => {
      const first = "descending" in th.dataset ? -1 : 1;
      const sign = th.ariaSort ? (th.ariaSort === "ascending" ? -1 : 1) : first;
      headers.forEach((other) => other.removeAttribute("aria-sort"));
      th.setAttribute("aria-sort", sign > 0 ? "ascending" : "descending");
      order = [...rows].sort(compare(column, sign));
      show();
    });
  });
  if (input) input.addEventListener("input", show);
  table.addEventListener("chosen", show);
  if (more) {
    more.hidden = rows.length <= shown;
    more.addEventListener("click", () => { shown += PAGE; show(); });
  }
}

document.querySelectorAll("table[data-interactive]").forEach(enliven);
