// Puts two reports beside each other, from the summary that lies in each report's folder.
"use strict";
(() => {
  const holder = document.getElementById("compare");
  const dates = document.body.dataset.dates.split(" ").filter(Boolean);
  const known = {};

  function element(tag, className, ...content) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    made.append(...content);
    return made;
  }

  function chooser(label, chosen, change) {
    const select = element("select", "", ...dates.map((date) => element("option", "", date)));
    select.value = chosen;
    select.addEventListener("change", () => change(select.value));
    return element("label", "", `${label} `, select);
  }

  function chosen() {
    const parts = new URLSearchParams(location.hash.slice(1));
    const date = (name, otherwise) => (dates.includes(parts.get(name)) ? parts.get(name) : otherwise);
    return [date("from", dates[1] ?? dates[0]), date("to", dates[0])];
  }

  function go(from, to) {
    history.replaceState(null, "", `#from=${from}&to=${to}`);
    open();
  }

  // Headings of figures are those from a place on.
  function table(name, headings, firstFigure, rows) {
    const kind = (place) => (place >= firstFigure ? "n" : "");
    const line = (cells) => element("tr", "", ...cells.map((content, place) => {
      const made = element("td", kind(place), content);
      made.dataset.l = headings[place];
      return made;
    }));
    const head = element("tr", "", ...headings.map((text, place) => Object.assign(element("th", kind(place), text), { scope: "col" })));
    return element("div", "table", element("h2", "", name), element("div", "scroll", element("table", "", element("thead", "", head), element("tbody", "", ...rows.map(line)))));
  }

  function people(name, date, list) {
    const rows = list.map(([company, ticker, ...others]) => [Object.assign(element("a", "", ticker), { href: `${date}/company.html#${company}` }), ...others]);
    return rows.length ? table(`${name}: ${rows.length}`, ["Ticker", "Name", "Sector", "P/E"], 3, rows) : element("p", "sentence", `${name}: none.`);
  }

  function show(from, to) {
    const [one, other] = [known[from], known[to]];
    const choosers = element("p", "choosers", chooser("From", from, (date) => go(date, to)), " ", chooser("to", to, (date) => go(from, date)));
    holder.replaceChildren(choosers);
    if (!one || !other) return;
    const before = new Map(one.survivors.map((row) => [row[0], row]));
    const now = new Map(other.survivors.map((row) => [row[0], row]));
    const figures = one.figures.map(([label, value], place) => [label, value, other.figures[place]?.[1] ?? "–"]);
    holder.append(
      table("The figures of both", ["Figure", from, to], 1, figures),
      people("Among the survivors now, not before", to, other.survivors.filter((row) => !before.has(row[0]))),
      people("Among them before, not now", from, one.survivors.filter((row) => !now.has(row[0]))),
      people("Among them on both dates", to, other.survivors.filter((row) => before.has(row[0]))),
    );
  }

  globalThis.smallcapDate = (date, summary) => {
    known[date] = summary;
    show(...chosen());
  };

  function open() {
    if (!dates.length) return;
    const two = chosen();
    show(...two);
    two.filter((date) => !known[date]).forEach((date) => {
      const script = document.createElement("script");
      script.src = `${date}/summary.js`;
      document.body.append(script);
    });
  }

  addEventListener("hashchange", open);
  open();
})();
