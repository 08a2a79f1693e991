// Uses a leaderboard as its reader does: sorts, filters, chooses, follows a method. Says what it saw.
"use strict";
addEventListener("load", async () => {
  const said = {};
  const figure = document.getElementById("on-mannequin");
  const table = figure.querySelector("table");
  const shown = (element) => getComputedStyle(element).display !== "none";
  const rows = () => [...table.tBodies[0].rows].filter(shown);
  const names = () => rows().map((tr) => tr.cells[0].textContent.trim());
  const heads = [...table.tHead.rows[1].cells];
  const head = (choice) => heads.find((th) => shown(th) && th.classList.contains(choice));
  const keys = (th) => rows().map((tr) => tr.cells[heads.indexOf(th)].dataset.key).map((k) => (k === "" ? null : Number(k)));
  const wait = () => new Promise((resolve) => setTimeout(resolve, 50));
  const box = (label) => [...figure.querySelectorAll(".chooser label")].find((l) => l.textContent.trim() === label).firstElementChild;

  said.first = names();
  const mean = head("s-mean");
  const button = mean.querySelector("button");
  button.focus();
  said.focused = document.activeElement === button;
  said.sorts = [0, 1].map(() => { button.click(); return { by: mean.getAttribute("aria-sort"), keys: keys(mean) }; });
  const start = performance.now();
  button.click();
  table.getBoundingClientRect();
  said.milliseconds = performance.now() - start;
  heads[0].querySelector("button").click();
  said.byName = names();
  said.sorted = heads.filter((th) => th.hasAttribute("aria-sort")).length;

  box("pairs of images").click();
  said.withoutPairs = names();
  said.count = figure.querySelector(".filter output").textContent;
  said.elsewhere = [...document.querySelectorAll("#on-dsprites tbody tr")].filter(shown).map((tr) => tr.cells[0].textContent.trim());
  box("pairs of images").click();
  const search = figure.querySelector(".filter input");
  search.value = "vitae default";
  search.dispatchEvent(new Event("input"));
  said.searched = names();
  search.value = "";
  search.dispatchEvent(new Event("input"));

  const columns = () => heads.filter(shown).length;
  const spans = () => [...table.tHead.rows[0].cells].filter((th) => !th.hidden).reduce((sum, th) => sum + th.colSpan, 0);
  said.columns = [[columns(), spans()]];
  figure.querySelector("[data-all]").click();
  said.columns.push([columns(), spans()]);
  said.chosen = figure.querySelector("details.chooser output").textContent;
  box("IQM").click();
  said.columns.push([columns(), spans()]);
  figure.querySelector("[data-first]").click();

  // What a click saves is taken at the last step before the browser writes it to a file.
  const saves = [];
  const blobs = new Map();
  const create = URL.createObjectURL;
  URL.createObjectURL = (blob) => { const url = create.call(URL, blob); blobs.set(url, blob); return url; };
  HTMLAnchorElement.prototype.click = function click() {
    if (this.href.startsWith("blob:")) saves.push({ name: this.download, blob: blobs.get(this.href) });
    else this.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
  };
  said.left = [".csv.gz", ".tex.gz"].map((ending) => {
    const packed = figure.querySelector(`a[download$="${ending}"]`);
    return packed.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
  });
  for (let i = 0; i < 400 && saves.length < 2; i += 1) await wait();
  said.saved = await Promise.all(saves.map(async ({ name, blob }) => [name, await blob.text()]));
  said.inTable = names().map((name, i) => [name, keys(mean)[i]]);

  const link = [...table.querySelectorAll("tbody a")].find((a) => a.textContent === "rodi");
  const section = document.getElementById("method-rodi");
  said.folded = !section.querySelector("details").open;
  link.click();
  await wait();
  said.hash = location.hash;
  said.opened = section.querySelector("details").open;
  said.at = Math.round(section.getBoundingClientRect().top);
  said.requests = performance.getEntriesByType("resource").map((entry) => entry.name);
  parent.postMessage({ said, name: document.title, at: innerWidth }, "*");
});
