"use strict";
(() => {
  const $ = (query, root = document) => [...root.querySelectorAll(query)];
  const byId = (id) => document.getElementById(id);
  const html = document.documentElement;
  const card = byId("card");
  const items = $("#list > li");
  const marks = $(".fix");
  const marksOf = new Map();
  for (const mark of marks) {
    if (!marksOf.has(mark.dataset.e)) marksOf.set(mark.dataset.e, []);
    marksOf.get(mark.dataset.e).push(mark);
    mark.closest(".row").classList.add("has-fix");
  }
  html.classList.add("js");
  const controls = document.querySelector(".controls");
  controls.hidden = false;

  // The mark of a repair that the keyboard reaches: in the reading text, or in the source where it shows only there.
  const main = (id) => (marksOf.get(id) || []).find((mark) => mark.tabIndex >= 0);
  let current = "";

  function choose(id, { reveal = false } = {}) {
    if (id !== current) {
      for (const node of $(".on")) node.classList.remove("on");
      for (const mark of marksOf.get(id) || []) mark.classList.add("on");
      const item = byId("r-" + id);
      if (item) item.classList.add("on");
      current = id;
    }
    const item = byId("r-" + id);
    const list = byId("list");
    if (reveal && item && list.scrollHeight > list.clientHeight) {
      list.scrollTop = item.offsetTop - list.offsetTop - (list.clientHeight - item.offsetHeight) / 2;
    }
  }

  // --- the card: on hover and on focus; Escape closes it; the pointer may enter it (WCAG 1.4.13) ---
  let timer = 0;
  function show(mark) {
    clearTimeout(timer);
    const item = byId("r-" + mark.dataset.e);
    if (!item || mark.classList.contains("off")) return;
    choose(mark.dataset.e, { reveal: true });
    card.replaceChildren(...[...item.children].map((node) => {
      const copy = node.cloneNode(true);
      copy.removeAttribute("id");
      return copy;
    }));
    card.className = item.dataset.status;
    card.hidden = false;
    const box = mark.getClientRects()[0] || mark.getBoundingClientRect();
    const room = innerHeight - box.bottom;
    const height = card.offsetHeight;
    card.style.top = (room > height + 12 || box.top < height + 12 ? box.bottom + 6 : box.top - height - 6) + "px";
    const edge = byId("text").getBoundingClientRect().right;
    card.style.left = Math.max(8, Math.min(box.left - 12, edge - card.offsetWidth - 8)) + "px";
  }
  function close() {
    clearTimeout(timer);
    card.hidden = true;
  }
  function hide(delay = 0) {
    clearTimeout(timer);
    timer = setTimeout(close, delay);
  }
  document.addEventListener("pointerover", (event) => {
    const mark = event.target.closest(".fix");
    if (mark) show(mark);
    else if (event.target.closest("#card")) clearTimeout(timer);
    else if (!card.hidden && !document.activeElement.matches(".fix")) hide(150);
  });
  document.addEventListener("focusin", (event) => {
    const mark = event.target.closest(".fix");
    if (mark) show(mark);
    else hide();
  });
  document.addEventListener("focusout", () => hide(100));
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") close(); });
  addEventListener("scroll", () => {
    if (card.hidden) return;
    const mark = document.querySelector(".fix:hover") || document.querySelector(".fix:focus");
    if (mark) show(mark);
    else hide();
  }, { passive: true });

  // --- the list ---
  byId("list")?.addEventListener("click", (event) => {
    const item = event.target.closest("li[data-e]");
    if (!item || getSelection().toString()) return;
    choose(item.dataset.e);
    const mark = main(item.dataset.e);
    if (!mark) return;
    event.preventDefault();
    mark.scrollIntoView({ block: "center" });
    mark.focus({ preventScroll: true });
  });
  function step(by) {
    const shown = items.filter((item) => !item.hidden && main(item.dataset.e));
    if (!shown.length) return;
    const at = shown.findIndex((item) => item.dataset.e === current);
    const next = shown[(at + by + shown.length + (at < 0 && by < 0 ? 1 : 0)) % shown.length];
    const mark = main(next.dataset.e);
    mark.scrollIntoView({ block: "center" });
    mark.focus({ preventScroll: true });
  }
  byId("next").addEventListener("click", () => step(1));
  byId("previous").addEventListener("click", () => step(-1));

  // --- filters ---
  const checked = (name) => new Set($(`input[name="${name}"]:checked`).map((box) => box.value));
  function filter() {
    const rules = checked("rule"), states = checked("status");
    let count = 0;
    for (const item of items) {
      const on = rules.has(item.dataset.rule) && states.has(item.dataset.status);
      item.hidden = !on;
      count += on;
      for (const mark of marksOf.get(item.dataset.e) || []) {
        mark.classList.toggle("off", !on);
        if (mark.dataset.tab === undefined) mark.dataset.tab = mark.getAttribute("tabindex") ?? "0";
        mark.setAttribute("tabindex", on ? mark.dataset.tab : "-1");
      }
    }
    for (const row of $(".row.has-fix, .row.was-fix")) {
      const on = row.querySelector(".fix:not(.off)") !== null;
      row.classList.toggle("has-fix", on);
      row.classList.add("was-fix");
    }
    byId("shown").textContent = count === items.length ? String(count) : `${count} of ${items.length}`;
    const all = $('input[name="rule"]').length;
    const label = byId("rules-shown");
    if (label) label.textContent = rules.size === all ? `all ${all}` : `${rules.size} of ${all}`;
  }
  controls.addEventListener("change", (event) => {
    if (event.target.name) filter();
    html.classList.toggle("no-joins", !byId("joins").checked);
    html.classList.toggle("no-unread", !byId("unread").checked);
    html.classList.toggle("brief", byId("brief").checked);
  });
  for (const [id, on] of [["all-rules", true], ["no-rules", false]]) {
    byId(id)?.addEventListener("click", () => {
      for (const box of $('input[name="rule"]')) box.checked = on;
      filter();
    });
  }

  // --- colours: kept where the browser lets a page keep something ---
  const themes = ["auto", "light", "dark"];
  function paint(theme) {
    if (theme === "auto") delete html.dataset.theme;
    else html.dataset.theme = theme;
    byId("theme").textContent = "Colours: " + theme;
  }
  let theme = "auto";
  try { theme = localStorage.getItem("cablefix-theme") || "auto"; } catch { /* a page from a file may not */ }
  if (themes.includes(theme)) paint(theme);
  byId("theme").addEventListener("click", () => {
    theme = themes[(themes.indexOf(theme) + 1) % themes.length];
    paint(theme);
    try { localStorage.setItem("cablefix-theme", theme); } catch { /* as above */ }
  });
  filter();
})();
