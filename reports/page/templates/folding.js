// The contents lead to folded sections too, mark the section that is read, and all is printed.
const sections = [...document.querySelectorAll("section[id]")];
const entries = new Map([...document.querySelectorAll("nav a")].map((a) => [a.hash.slice(1), a]));

function unfold() {
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  let place = target;
  const own = place && place.querySelector(":scope > details");
  if (own) own.open = true;
  for (; place; place = place.parentElement) if (place.tagName === "DETAILS") place.open = true;
  if (target) target.scrollIntoView();
}

function mark() {
  const passed = sections.filter((s) => s.getBoundingClientRect().top < innerHeight / 3);
  const current = passed.length ? passed[passed.length - 1].id : "";
  entries.forEach((a, id) => {
    if (id === current) a.setAttribute("aria-current", "true"); else a.removeAttribute("aria-current");
  });
}

let folded = [];
addEventListener("beforeprint", () => {
  folded = [...document.querySelectorAll("details:not([open])")];
  folded.forEach((d) => { d.open = true; });
});
addEventListener("afterprint", () => folded.forEach((d) => { d.open = false; }));
addEventListener("hashchange", unfold);
addEventListener("scroll", mark, { passive: true });
document.querySelectorAll("nav a").forEach((a) => a.addEventListener("click", () => setTimeout(unfold)));
unfold();
mark();
