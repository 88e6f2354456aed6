// What a reader may ask of one column: words that it contains, one of its values, or a range of numbers or dates.
"use strict";
const smallcapFilters = (() => {
  const NOT_THERE = "–";
  const MOST_VALUES = 12;
  const COMPARED = /^(>=|<=|>|<|=)\s*(\S+)$/;
  const BETWEEN = /^(\S+)\s+to\s+(\S+)$/i;

  function sortKey(text) {
    if (text === "" || text === NOT_THERE) return null;
    const plain = text.replace(/[,%×]/g, "").replace("\u2212", "-");
    return /^-?\d+(\.\d+)?$/.test(plain) ? Number(plain) : text.toLowerCase();
  }

  function compare(one, other) {
    if (typeof one === "number" && typeof other === "number") return one - other;
    return String(one).localeCompare(String(other), "en", { numeric: true });
  }

  const HOLDS = {
    ">": (order) => order > 0,
    "<": (order) => order < 0,
    ">=": (order) => order >= 0,
    "<=": (order) => order <= 0,
    "=": (order) => order === 0,
  };

  // Says whether the text of a cell is what was asked for; what is missing is in no range.
  function matches(asked, text) {
    const wanted = asked.trim().replace(/^≥/, ">=").replace(/^≤/, "<=");
    const key = sortKey(text);
    const known = (limit) => key !== null && typeof key === typeof sortKey(limit);
    const compared = COMPARED.exec(wanted);
    if (compared) return known(compared[2]) && HOLDS[compared[1]](compare(key, sortKey(compared[2])));
    const between = BETWEEN.exec(wanted);
    if (between && known(between[1]) && known(between[2])) return compare(key, sortKey(between[1])) >= 0 && compare(key, sortKey(between[2])) <= 0;
    return text.toLowerCase().includes(wanted.toLowerCase());
  }

  function element(tag, className, ...content) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    made.append(...content);
    return made;
  }

  function option(value, text) {
    return Object.assign(element("option", "", text), { value });
  }

  // The values of a column where they are few words, each on more than one row; null where a reader types.
  function fewValues(texts) {
    const values = new Set(texts);
    if (values.size > MOST_VALUES || values.size * 2 > texts.length || texts.some((text) => typeof sortKey(text) === "number")) return null;
    return [...values].sort(compare);
  }

  // The filters of one table: a list of columns to choose from, then a field for each chosen column.
  class Filters {
    constructor(columns, textsOf, change, name) {
      this.columns = columns;
      this.textsOf = textsOf;
      this.change = change;
      this.asked = new Map();
      this.fields = new Map();
      this.chooser = element("select", "", option("", "Filter a column"), ...columns.map(({ label }, place) => option(place, label)));
      this.chooser.setAttribute("aria-label", `Filter a column: ${name}`);
      this.chooser.addEventListener("change", () => {
        if (this.chooser.value === "") return;
        const column = Number(this.chooser.value);
        this.chooser.value = "";
        this.add(column).focus();
      });
      this.element = element("span", "filters", this.chooser);
    }

    // Adds the field of a column, and returns it.
    add(column) {
      if (!this.fields.has(column)) this.fields.set(column, this.makeField(column));
      return this.fields.get(column).input;
    }

    makeField(column) {
      const { label, kind } = this.columns[column];
      const values = fewValues(this.textsOf(column));
      const input = values ? element("select", "", option("", "any"), ...values.map((value) => option(value, value))) : element("input");
      if (!values) {
        input.type = "search";
        input.placeholder = kind === "n" ? "> 5, or 5 to 10" : "contains";
      }
      const close = element("button", "", "×");
      close.type = "button";
      close.setAttribute("aria-label", `Remove the filter of ${label}`);
      const holder = element("span", "filter", element("label", "", `${label} `, input), close);
      input.addEventListener("input", () => {
        this.asked.set(column, { text: input.value, isWhole: Boolean(values) });
        this.change();
      });
      close.addEventListener("click", () => {
        this.remove(column);
        this.chooser.focus();
        this.change();
      });
      this.element.append(holder);
      return { input, holder, isWhole: Boolean(values) };
    }

    remove(column) {
      this.fields.get(column).holder.remove();
      this.fields.delete(column);
      this.asked.delete(column);
    }

    get isAsking() {
      return [...this.asked.values()].some(({ text }) => text.trim());
    }

    lets(texts) {
      return [...this.asked].every(([column, { text, isWhole }]) => !text.trim() || (isWhole ? texts[column] === text : matches(text, texts[column])));
    }

    // As the address keeps them: f and the number of the column.
    state() {
      return Object.fromEntries([...this.asked].filter(([, { text }]) => text.trim()).map(([column, { text }]) => [`f${column + 1}`, text]));
    }

    restore(state) {
      [...this.fields.keys()].forEach((column) => this.remove(column));
      Object.entries(state).forEach(([key, text]) => {
        const column = /^f\d+$/.test(key) ? Number(key.slice(1)) - 1 : -1;
        if (!this.columns[column]) return;
        const input = this.add(column);
        input.value = text;
        this.asked.set(column, { text, isWhole: this.fields.get(column).isWhole });
      });
    }
  }

  return { Filters, compare, element, matches, option, sortKey };
})();
