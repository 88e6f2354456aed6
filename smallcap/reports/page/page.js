// Sorting and searching in tables, and opening the tear sheet that a link leads to. Without it everything is still there to read.
"use strict";
(() => {
  const NOT_THERE = "–";

  function sortKey(cell) {
    const text = cell.textContent.trim();
    if (text === "" || text === NOT_THERE) return null;
    const plain = text.replace(/[,%×]/g, "").replace("\u2212", "-");
    return /^-?\d+(\.\d+)?$/.test(plain) ? Number(plain) : text.toLowerCase();
  }

  function compare(one, other) {
    if (typeof one === "number" && typeof other === "number") return one - other;
    return String(one).localeCompare(String(other), "en", { numeric: true });
  }

  // What is missing stays last in either direction; equal rows keep their order.
  function sortRows(table, column, direction) {
    const body = table.tBodies[0];
    const rows = Array.from(body.rows, (row) => ({ row, key: sortKey(row.cells[column]) }));
    rows.sort((a, b) => {
      if (a.key === null || b.key === null) return (a.key === null) - (b.key === null);
      return direction * compare(a.key, b.key);
    });
    body.append(...rows.map((entry) => entry.row));
  }

  function makeSortable(table) {
    const headings = Array.from(table.tHead.rows[table.tHead.rows.length - 1].cells);
    headings.forEach((heading, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...heading.childNodes);
      heading.append(button);
      button.addEventListener("click", () => {
        const isNumeric = heading.classList.contains("n");
        const now = heading.getAttribute("aria-sort");
        const next = now === null ? (isNumeric ? "descending" : "ascending") : now === "ascending" ? "descending" : "ascending";
        headings.forEach((other) => other.removeAttribute("aria-sort"));
        heading.setAttribute("aria-sort", next);
        sortRows(table, column, next === "ascending" ? 1 : -1);
      });
    });
  }

  function makeSearchable(holder) {
    const rows = Array.from(holder.querySelector("tbody").rows);
    if (rows.length < 8) return;
    const texts = rows.map((row) => row.textContent.toLowerCase());
    const bar = document.createElement("label");
    bar.className = "search";
    const input = document.createElement("input");
    input.type = "search";
    input.placeholder = "Search";
    input.setAttribute("aria-label", `Search: ${holder.dataset.search}`);
    const found = document.createElement("output");
    bar.append(input, found);
    holder.insertBefore(bar, holder.querySelector(".scroll"));
    const search = () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      rows.forEach((row, position) => {
        const isFound = words.every((word) => texts[position].includes(word));
        row.hidden = !isFound;
        shown += isFound;
      });
      found.textContent = words.length ? `${told(shown)} of ${told(rows.length)} rows` : `${told(rows.length)} rows`;
    };
    input.addEventListener("input", search);
    search();
  }

  function told(count) {
    return count.toLocaleString("en");
  }

  function openTarget() {
    const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    if (target instanceof HTMLDetailsElement) {
      target.open = true;
      target.scrollIntoView();
    }
  }

  document.querySelectorAll(".table table").forEach(makeSortable);
  document.querySelectorAll("[data-search]").forEach(makeSearchable);
  addEventListener("hashchange", openTarget);
  openTarget();
})();
