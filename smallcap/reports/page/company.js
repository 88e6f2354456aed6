// Shows the company that the address names, from the data file that holds it.
"use strict";
(() => {
  const holder = document.getElementById("company");
  const { folder, files } = document.body.dataset;
  const known = {};
  let wanted = "";

  function element(tag, className, ...content) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    made.append(...content);
    return made;
  }

  const verdict = ([tone, words]) => element("span", `verdict ${tone}`, words);

  function table(headings, rows, name) {
    const head = element("tr", "", ...headings.map((text) => Object.assign(element("th", "", text), { scope: "col" })));
    const made = element("table", "plain", element("thead", "", head), element("tbody", "", ...rows));
    const scroll = element("div", "scroll", made);
    Object.entries({ role: "region", "aria-label": name, tabindex: "0" }).forEach(([key, value]) => scroll.setAttribute(key, value));
    return scroll;
  }

  function cell(label, content, className = "") {
    const made = element("td", className, content);
    if (label) made.dataset.l = label;
    return made;
  }

  const STEPS = ["Filter", "Status", "Measure", "Value", "Limit", "Headroom", "Why"];

  function step(cells) {
    return element("tr", "", ...cells.map((content, place) => {
      const shown = place === 1 ? verdict(content) : place === 6 ? element("span", "long", content) : content;
      return cell(STEPS[place], shown, place > 2 && place < 6 ? "n" : "");
    }));
  }

  function named(words, ...more) {
    return Object.assign(element("th", "", words, ...more), { scope: "row" });
  }

  function lens([title, met, missed, items]) {
    const rows = items.map(([name, wish, value, judged]) => element("tr", "", named(name, element("span", "wish", wish)), cell("", value, "n"), cell("", verdict(judged))));
    return table([`${title}: ${met} met, ${missed} missed of ${items.length}`, "", ""], rows, title);
  }

  function show(company) {
    const [ticker, name, tone, outcome] = company.title;
    document.title = `${ticker}, ${document.title.split(", ").slice(-2).join(", ")}`;
    const years = company.years.map(([label, ...values]) => element("tr", "", named(label), ...values.map((value) => cell("", value, "n"))));
    holder.replaceChildren(
      element("h1", "", element("span", "ticker", ticker), " ", element("span", "name", name), " ", verdict([tone, outcome])),
      element("ul", "facts", ...[...company.facts, ...company.scores].map((fact) => element("li", "", fact))),
      element("h2", "", "How it passes the funnel"),
      table(STEPS, company.path.map(step), "Way through the funnel"),
      element("h2", "", "What an analyst would like to see"),
      element("div", "lenses", ...company.lenses.map(lens)),
      ...(years.length && company.ends.length ? [element("h2", "", "Fiscal years as visible then, USD m"), table(["Fiscal year to", ...company.ends], years, "Fiscal years")] : []),
      element("p", "note", company.loadings),
    );
    holder.querySelectorAll(".lenses table, h2 + .scroll table").forEach((made) => made.classList.toggle("grid", made.rows[0].cells.length !== STEPS.length));
  }

  function miss() {
    holder.replaceChildren(element("h1", "", "No such member"), element("p", "sentence", "No member of this date has the number in the address, or its data file is not beside this page."));
  }

  globalThis.smallcapCompanies = (companies) => {
    Object.assign(known, companies);
    if (known[wanted]) show(known[wanted]);
  };

  function open() {
    wanted = location.hash.slice(1);
    if (!/^\d+$/.test(wanted)) return;
    if (known[wanted]) {
      show(known[wanted]);
      return;
    }
    const script = document.createElement("script");
    script.src = `${folder}/${BigInt(wanted) % BigInt(files)}.js`;
    script.addEventListener("error", miss);
    script.addEventListener("load", () => known[wanted] || miss());
    document.body.append(script);
  }

  addEventListener("hashchange", open);
  open();
})();
