// Measures a report from within: what lies outside its frame, what runs into something, what is
// empty. Says it to the page that holds the report in a frame.
"use strict";
addEventListener("load", () => {
  document.querySelectorAll("details").forEach((d) => { d.open = true; });
  const faults = [];
  const box = (element) => element.getBoundingClientRect();
  const say = (fault, element) => faults.push(`${fault}: ${name(element)}`);
  const name = (element) => {
    const figure = element.closest("figure");
    const own = element.id || element.className.baseVal || element.className || element.tagName;
    return `${figure ? figure.id : ""} ${own} ${element.textContent.trim().slice(0, 40)}`;
  };
  const inside = (a, b, room) =>
    a.left >= b.left - room && a.right <= b.right + room &&
    a.top >= b.top - room && a.bottom <= b.bottom + room;
  const overlap = (a, b) =>
    Math.min(a.right, b.right) - Math.max(a.left, b.left) > 0.5 &&
    Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 0.5;

  if (document.documentElement.scrollWidth > innerWidth) faults.push("the page scrolls sideways");
  document.querySelectorAll("body *").forEach((element) => {
    const held = element.parentElement.closest(".scroll, nav, pre, svg");
    if (!held && box(element).width && box(element).right > innerWidth + 1) say("beyond the page", element);
  });

  // A table is as broad as its cells, and what is broader than the page can be scrolled to.
  document.querySelectorAll("table").forEach((table) => {
    const scroll = table.closest(".scroll");
    if (getComputedStyle(scroll).overflowX !== "auto") say("cannot be scrolled", table);
    if (table.scrollWidth > scroll.scrollWidth + 1) say("broader than what scrolls", table);
    table.querySelectorAll("td, th").forEach((cell) => {
      if (cell.scrollWidth > cell.clientWidth + 1) say("text leaves its cell", cell);
    });
    const first = table.tBodies[0].rows[0];
    const before = first && box(first.cells[0]).left;
    scroll.scrollLeft = 1e6;
    if (first && Math.abs(box(first.cells[0]).left - before) > 1) say("first column moved", table);
    scroll.scrollLeft = 0;
  });

  const drawn = (group) => [...group.querySelectorAll("path, use, image")].filter((e) => !e.closest("defs"));
  document.querySelectorAll("figure svg").forEach((svg) => {
    const frame = box(svg);
    const caption = svg.closest("figure").querySelector("figcaption").textContent;
    const told = /beyond it|outside the frame|far outlier|ends at the/i.test(caption);
    svg.querySelectorAll('g[id*="-text_"]').forEach((text) => {
      if (drawn(text).length && !inside(box(text), frame, 1)) say("label outside its figure", text);
    });
    svg.querySelectorAll('g[id*="-axes_"]').forEach((axes) => {
      const children = [...axes.children];
      const kind = (part) => (child) => child.id.includes(part);
      const patches = children.filter(kind("-patch_"));
      const content = children.filter((c) =>
        !kind("-patch_")(c) && !kind("-matplotlib.axis")(c) && (drawn(c).length || c.tagName === "image"));
      const ground = patches.length && drawn(patches[0])[0];
      if (!ground || getComputedStyle(ground).fill === "none") return;  // a second axis, no panel
      // Ground and four spines are no content; bars and cells of a map are further patches.
      if (!content.length && patches.length <= 5) say("empty panel", axes);
      // A bar or a curve that its frame cuts off is beyond it; the caption must say so.
      const lines = children.filter((c) => kind("-LineCollection_")(c) || c.matches("g:not([id])") || kind("-line2d_")(c));
      lines.flatMap((l) => [...l.querySelectorAll("path[clip-path]")]).forEach((path) => {
        if (box(path).width + box(path).height && !told && !inside(box(path), box(ground), 3)) say("leaves its frame", path.parentElement);
      });
    });
    ["xtick", "ytick"].forEach((side) => svg.querySelectorAll('g[id*="-axes_"]').forEach((axes) => {
      const labels = [...axes.querySelectorAll(`g[id*="-${side}_"] g[id*="-text_"]`)]
        .filter((t) => drawn(t).length && !t.innerHTML.includes("rotate("));
      const boxes = labels.map(box);
      boxes.forEach((a, i) => { if (i && overlap(a, boxes[i - 1])) say("labels run into each other", labels[i]); });
    }));
  });
  parent.postMessage({ faults, at: innerWidth, name: document.title }, "*");
});
