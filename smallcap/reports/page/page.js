// Sorts, searches, filters and pages tables, keeps that in the address, prints them whole, and shows the points of charts.
// Without it the first rows of each table are there to read, and the files hold all of them.
"use strict";
(() => {
  const { Filters, compare, element, option, sortKey } = smallcapFilters;
  const PAGE = matchMedia("(max-width: 44rem)").matches ? 10 : 25;
  const SEARCHED = 8;
  const LONG = 25;
  const tables = new Map();

  function told(count) {
    return count.toLocaleString("en");
  }

  const MAKERS = {
    t: ([address, text]) => {
      const made = element(address ? "a" : "b", "", text);
      if (address) made.href = address;
      return made;
    },
    v: ([tone, words]) => (tone ? element("span", `verdict ${tone}`, words) : document.createTextNode(words)),
    l: (text) => element("span", "long", text),
  };

  function makeRow(cells, columns) {
    const row = document.createElement("tr");
    cells.forEach((cell, place) => {
      const made = element("td", columns[place].kind === "n" ? "n" : "");
      made.dataset.l = columns[place].label;
      const maker = MAKERS[columns[place].kind];
      made.append(maker ? maker(cell) : cell);
      row.append(made);
    });
    return row;
  }

  class Table {
    constructor(holder) {
      this.holder = holder;
      this.body = holder.querySelector("tbody");
      this.headings = [...holder.querySelector("thead tr").cells];
      this.columns = this.headings.map((heading) => ({ label: heading.textContent.replace("\u00a0", " "), kind: heading.dataset.k }));
      const data = holder.querySelector("script.rows");
      this.entries = data ? JSON.parse(data.textContent).map((cells) => this.entryOf(cells)) : [...this.body.rows].map((row) => ({ row, texts: [...row.cells].map((cell) => cell.textContent.trim()) }));
      this.words = "";
      this.sorted = null;
      this.page = 0;
      this.found = null;
      this.headings.forEach((heading, column) => this.makeSortable(heading, column));
      if (this.entries.length >= (holder.dataset.search ? SEARCHED : LONG)) this.makeSearchable();
      if (this.entries.length > PAGE) this.makePager();
    }

    entryOf(cells) {
      const texts = cells.map((cell) => (Array.isArray(cell) ? cell[1] : cell));
      return { texts, cells, row: null };
    }

    makeSortable(heading, column) {
      const button = element("button");
      button.type = "button";
      button.append(...heading.childNodes);
      heading.append(button);
      button.addEventListener("click", () => {
        const now = this.sorted && this.sorted.column === column ? this.sorted.direction : 0;
        const isNumeric = heading.classList.contains("n");
        this.sorted = { column, direction: now === 0 ? (isNumeric ? -1 : 1) : -now };
        this.changed();
      });
    }

    makeSearchable() {
      const name = this.holder.querySelector(".scroll").getAttribute("aria-label");
      const bar = element("div", "search");
      this.input = element("input");
      this.input.type = "search";
      this.input.placeholder = "Search";
      this.input.setAttribute("aria-label", `Search: ${name}`);
      this.found = element("output");
      this.filters = new Filters(this.columns, (column) => this.entries.map(({ texts }) => texts[column]), () => this.changed(), name);
      bar.append(this.input, this.filters.element, this.makeSorter(name), this.found);
      this.holder.insertBefore(bar, this.holder.querySelector(".scroll"));
      this.input.addEventListener("input", () => {
        this.words = this.input.value;
        this.changed();
      });
    }

    // Headings are not shown on a phone, so there is a list of them.
    makeSorter(name) {
      const ways = this.columns.flatMap(({ label }, column) => [option(`${column + 1}up`, `${label}, ascending`), option(`${column + 1}down`, `${label}, descending`)]);
      this.sorter = element("select", "sorter", option("", "Sort"), ...ways);
      this.sorter.setAttribute("aria-label", `Sort: ${name}`);
      this.sorter.addEventListener("change", () => {
        this.sorted = this.sortedBy(this.sorter.value);
        this.changed();
      });
      return this.sorter;
    }

    changed() {
      this.page = 0;
      this.show();
      keepAddress();
    }

    makePager() {
      const rest = this.holder.querySelector(".rest");
      if (rest) rest.remove();
      this.pager = element("div", "pager");
      this.where = element("output");
      this.back = this.pageButton("Previous rows", -1);
      this.forth = this.pageButton("Next rows", 1);
      this.pager.append(this.back, this.where, this.forth);
      this.holder.querySelector(".scroll").after(this.pager);
    }

    pageButton(label, step) {
      const button = element("button", "", label);
      button.type = "button";
      button.addEventListener("click", () => {
        this.page += step;
        this.show();
        keepAddress();
      });
      return button;
    }

    // What is missing stays last in either direction; equal rows keep their order.
    chosen() {
      const words = this.words.toLowerCase().split(/\s+/).filter(Boolean);
      const found = this.entries.filter(({ texts }) => {
        const text = texts.join(" ").toLowerCase();
        return words.every((word) => text.includes(word)) && (!this.filters || this.filters.lets(texts));
      });
      if (!this.sorted) return found;
      const { column, direction } = this.sorted;
      return found
        .map((entry) => ({ entry, key: sortKey(entry.texts[column]) }))
        .sort((a, b) => (a.key === null || b.key === null ? (a.key === null) - (b.key === null) : direction * compare(a.key, b.key)))
        .map(({ entry }) => entry);
    }

    show(isWhole = false) {
      const chosen = this.chosen();
      const pages = Math.max(Math.ceil(chosen.length / PAGE), 1);
      this.page = Math.min(Math.max(this.page, 0), pages - 1);
      const shown = isWhole ? chosen : chosen.slice(this.page * PAGE, (this.page + 1) * PAGE);
      this.body.replaceChildren(...shown.map((entry) => (entry.row ??= makeRow(entry.cells, this.columns))));
      this.headings.forEach((heading, column) => {
        if (this.sorted && this.sorted.column === column) heading.setAttribute("aria-sort", this.sorted.direction > 0 ? "ascending" : "descending");
        else heading.removeAttribute("aria-sort");
      });
      if (this.input) this.showBar(chosen.length);
      if (!this.pager) return;
      this.pager.hidden = pages === 1;
      this.where.textContent = `page ${this.page + 1} of ${pages}`;
      this.back.disabled = this.page === 0;
      this.forth.disabled = this.page === pages - 1;
    }

    showBar(count) {
      const isPart = Boolean(this.words.trim()) || this.filters.isAsking;
      this.found.textContent = isPart ? `${told(count)} of ${told(this.entries.length)} rows` : `${told(this.entries.length)} rows`;
      this.found.parentElement.classList.toggle("part", isPart);
      if (this.input.value !== this.words) this.input.value = this.words;
      this.sorter.value = this.state().sort ?? "";
    }

    state() {
      const state = this.filters ? this.filters.state() : {};
      if (this.words) state.q = this.words;
      if (this.sorted) state.sort = `${this.sorted.column + 1}${this.sorted.direction > 0 ? "up" : "down"}`;
      if (this.page) state.page = String(this.page + 1);
      return state;
    }

    sortedBy(text) {
      const sorted = /^(\d+)(up|down)$/.exec(text ?? "");
      const column = sorted ? Number(sorted[1]) - 1 : -1;
      return this.headings[column] ? { column, direction: sorted[2] === "up" ? 1 : -1 } : null;
    }

    restore(state) {
      this.words = state.q ?? "";
      this.sorted = this.sortedBy(state.sort);
      if (this.filters) this.filters.restore(state);
      this.page = (parseInt(state.page, 10) || 1) - 1;
      this.show();
    }
  }

  // The address holds what each table shows, as table.q, table.sort, table.page, and table.f3 for a filter of the third column.
  function keepAddress() {
    const parts = new URLSearchParams();
    tables.forEach((table, name) => Object.entries(table.state()).forEach(([key, value]) => parts.set(`${name}.${key}`, value)));
    history.replaceState(null, "", `#${parts}`);
  }

  function restoreAddress() {
    if (!location.hash.includes("=")) return;
    const states = {};
    new URLSearchParams(location.hash.slice(1)).forEach((value, name) => {
      const place = name.lastIndexOf(".");
      (states[name.slice(0, place)] ??= {})[name.slice(place + 1)] = value;
    });
    tables.forEach((table, name) => table.restore(states[name] ?? {}));
  }

  // A point is shown where a reader points, taps, or goes with the arrow keys.
  const tip = element("div", "tip");
  tip.hidden = true;
  tip.setAttribute("role", "status");

  function makeTelling(svg) {
    const points = JSON.parse(svg.dataset.points);
    const ring = document.createElementNS("http://www.w3.org/2000/svg", "circle");
    ring.setAttribute("r", "6");
    ring.setAttribute("class", "ring");
    let place = -1;

    function tell(position) {
      place = position;
      const [x, y, words] = points[position];
      ring.setAttribute("cx", x);
      ring.setAttribute("cy", y);
      svg.append(ring);
      const box = svg.getBoundingClientRect();
      const scale = box.width / svg.viewBox.baseVal.width;
      tip.textContent = words;
      tip.hidden = false;
      const left = Math.min(box.left + x * scale + 12, document.documentElement.clientWidth - tip.offsetWidth - 8);
      tip.style.left = `${Math.max(left, 8) + scrollX}px`;
      tip.style.top = `${box.top + y * scale - tip.offsetHeight - 10 + scrollY}px`;
    }

    function hide() {
      tip.hidden = true;
      ring.remove();
    }

    function near(event) {
      const box = svg.getBoundingClientRect();
      const scale = box.width / svg.viewBox.baseVal.width;
      const x = (event.clientX - box.left) / scale;
      const y = (event.clientY - box.top) / scale;
      let best = -1;
      let least = 40 ** 2;
      points.forEach(([px, py], position) => {
        const distance = (px - x) ** 2 + (py - y) ** 2;
        if (distance < least) [best, least] = [position, distance];
      });
      if (best >= 0) tell(best);
      else hide();
    }

    svg.setAttribute("tabindex", "0");
    svg.addEventListener("pointermove", near);
    svg.addEventListener("pointerdown", near);
    svg.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && hide());
    svg.addEventListener("blur", hide);
    svg.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (event.key === "Escape") hide();
      if (!step) return;
      event.preventDefault();
      tell((place + step + points.length) % points.length);
    });
  }

  document.querySelectorAll(".table[id]").forEach((holder) => {
    if (holder.querySelector("thead")) tables.set(holder.id, new Table(holder));
  });
  tables.forEach((table) => table.show());
  restoreAddress();
  addEventListener("hashchange", restoreAddress);
  addEventListener("beforeprint", () => tables.forEach((table) => table.show(true)));
  addEventListener("afterprint", () => tables.forEach((table) => table.show()));
  document.body.append(tip);
  document.querySelectorAll("svg[data-points]").forEach(makeTelling);
})();
