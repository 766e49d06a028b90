"use strict";
// Sorts and filters the table of students, and hides names. All that it works on is in the page, as text; it asks
// for nothing, keeps nothing, and makes no HTML of any text.
(() => {
  const AT_ONCE = 500; // rows: a table of thousands takes seconds to lay out
  const table = document.querySelector("table.students");
  const byId = (id) => document.getElementById(id);
  const hide = byId("hide");
  const people = [...document.querySelectorAll("a.who")].map((link) => {
    const name = link.firstElementChild;
    return { link, name, text: name.textContent, address: link.getAttribute("href") };
  });
  for (const controls of document.querySelectorAll(".controls")) controls.hidden = false;
  let rearrange = () => {};

  hide?.addEventListener("click", () => {
    const hidden = hide.getAttribute("aria-pressed") !== "true";
    hide.setAttribute("aria-pressed", String(hidden));
    document.documentElement.classList.toggle("hidden-names", hidden);
    for (const { link, name, text, address } of people) {
      name.textContent = hidden ? link.dataset.as : text;
      if (hidden) link.removeAttribute("href");
      else link.setAttribute("href", address);
    }
    rearrange(true);
  });
  if (!table) return;

  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells];
  const compare = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" }).compare;
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const final = heads.findIndex((head) => head.textContent === "Final");
  const number = (cell) => {
    const said = (cell.querySelector("svg + span") ?? cell).textContent.replace("−", "-");
    return said === "late" ? 0.5 : parseFloat(said); // late, and nobody knows by how much
  };
  const rows = [...body.rows].map((row, place) => ({ row, place, flags: row.dataset.is.split(" "), keys: [], said: "" }));
  for (const each of rows) each.final = number(each.row.cells[final]);
  let most = AT_ONCE;
  let column = 0;
  let sign = 1;

  const key = (each) => {
    if (each.keys[column] === undefined) {
      const cell = each.row.cells[column];
      each.keys[column] = heads[column].hasAttribute("data-n") ? number(cell) : cell.textContent;
    }
    return each.keys[column];
  };
  const missing = (value) => value === "" || Number.isNaN(value);
  const order = (one, other) => {
    const a = key(one);
    const b = key(other);
    if (missing(a) || missing(b)) return missing(a) - missing(b) || one.place - other.place; // last, either way
    return sign * (typeof a === "number" ? a - b : compare(a, b)) || one.place - other.place;
  };
  const said = (each) => {
    if (!each.said) {
      const hidden = hide?.getAttribute("aria-pressed") === "true";
      const shown = [...each.row.cells].filter((cell) => !hidden || !cell.classList.contains("personal"));
      const alias = each.row.querySelector("a.who")?.dataset.as ?? "";
      each.said = plain(`${shown.map((cell) => cell.textContent).join(" ")} ${alias}`);
    }
    return each.said;
  };
  const show = () => {
    const words = plain(byId("search").value).split(/\s+/).filter(Boolean);
    const flag = byId("filter").value;
    const below = parseFloat(byId("below").value);
    const found = rows.filter(
      (each) =>
        (!flag || each.flags.includes(flag)) &&
        (Number.isNaN(below) || each.final < below) &&
        words.every((word) => said(each).includes(word)),
    );
    body.replaceChildren(...found.slice(0, most).map((each) => each.row));
    const left = found.length - most;
    byId("more").parentElement.hidden = left <= 0;
    byId("more").textContent = `Show ${Math.min(left, AT_ONCE)} more`;
    const whole = rows.length === 1 ? "1 student" : `${rows.length} students`;
    const part = found.length === rows.length ? whole : `${found.length} of ${whole}`;
    byId("count").textContent = left > 0 ? `${part}, the first ${most} shown` : part;
  };
  const sort = () => {
    rows.sort(order);
    show();
  };
  rearrange = () => {
    for (const each of rows) {
      each.said = "";
      each.keys.length = 0;
    }
    heads[column].setAttribute("aria-sort", sign > 0 ? "ascending" : "descending");
    sort();
  };

  heads.forEach((head, index) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(head.firstChild); // its name; what it is out of stands below
    head.prepend(button);
    button.addEventListener("click", () => {
      sign = column === index && head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
      heads[column].removeAttribute("aria-sort");
      column = index;
      head.setAttribute("aria-sort", sign > 0 ? "ascending" : "descending");
      sort();
    });
  });
  const again = () => {
    most = AT_ONCE;
    show();
  };
  byId("search").addEventListener("input", again);
  byId("filter").addEventListener("change", again);
  byId("below").addEventListener("input", again);
  byId("reset").addEventListener("click", () => {
    for (const id of ["search", "filter", "below"]) byId(id).value = "";
    again();
  });
  byId("more").addEventListener("click", () => {
    most += AT_ONCE;
    show();
  });
  show();
})();
