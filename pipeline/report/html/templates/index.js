(() => {
  "use strict";
  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const data = JSON.parse(one("#data").textContent);
  const locale = document.documentElement.lang;
  const collator = new Intl.Collator(locale, { numeric: true });
  const number = new Intl.NumberFormat(locale);
  const percent = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 1 });
  const say = (key, values = {}) => data.words[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const field = Object.fromEntries(data.fields.map((name, i) => [name, i]));
  const place = new Map(data.clusters.map((row, i) => [row[field.cluster_id], i]));
  const form = one("#filter");
  const status = one("#status");
  const choices = all("select", form);
  const search = form.elements.q;
  const NOWHERE = -1; // A cluster that was not reviewed has no place.
  const lists = new Map();
  const about = all("[data-c]").map((node) => ({
    node,
    list: listOf(node),
    places: node.dataset.c.split(" ").map((id) => place.get(id) ?? NOWHERE),
    there: true,
  }));
  const matrices = all("table.matrix").map(matrix);
  // Free text is looked for in what readers see: id, name, state and field.
  const named = (name) => new Map(all("option", form.elements[name]).map((option) => [option.value, option.text]));
  const [states, fields] = ["land", "feld"].map(named);
  const texts = data.clusters.map((row) =>
    [row[field.cluster_id], row[field.name], states.get(row[field.federal_state]), fields.get(row[field.technology_field])]
      .join(" ").toLowerCase(),
  );
  const wholes = all(".whole");
  const shown = new Uint8Array(data.clusters.length).fill(1);
  let filtering = false;
  let sorting = null;

  // A table of rows about clusters, and what is said where none of them is chosen.
  function listOf(row) {
    const table = row.closest("table");
    if (!table) return null;
    if (!lists.has(table)) {
      const empty = node("p", say("none_chosen"), "note");
      empty.hidden = true;
      table.after(empty);
      lists.set(table, { rows: 0, empty });
    }
    return lists.get(table);
  }
  // A matrix: where each criterion is fulfilled, read from the page once; its cells are one stop of
  // the keyboard and say what a reader sees by colour and sign.
  function matrix(table) {
    const ids = all("thead th.c", table).map((head) => head.dataset.key);
    const met = new Uint8Array(data.clusters.length * ids.length);
    for (const row of table.tBodies[0].rows) {
      const start = place.get(row.dataset.c) * ids.length;
      all("td > a", row).forEach((link, i) => {
        const css = link.parentNode.className;
        met[start + i] = css[0] === "f";
        link.tabIndex = -1;
        link.setAttribute("aria-label", say("cell_label", { id: ids[i], text: data.marks[css] }));
      });
    }
    return { table, ids, met, sums: all("tfoot td.c", table), stop: null };
  }

  // ---- the address ----
  const address = () => new URLSearchParams(location.search);
  function remember() {
    const query = new URLSearchParams();
    for (const control of [...choices, search]) if (control.value.trim()) query.set(control.name, control.value.trim());
    if (sorting) query.set("sort", `${sorting.key}.${sorting.down ? "ab" : "auf"}`);
    const text = query.toString();
    try {
      history.replaceState(null, "", (text ? `?${text}` : location.pathname) + location.hash);
    } catch {
      // A viewer that keeps its address: the page works all the same.
    }
  }
  function recall() {
    const query = address();
    for (const control of [...choices, search]) control.value = query.get(control.name) ?? "";
    for (const control of choices) if (control.selectedIndex < 0) control.value = "";
    const at = (query.get("sort") ?? "").lastIndexOf(".");
    const key = (query.get("sort") ?? "").slice(0, Math.max(at, 0));
    if (key) sort(matrices[0].table, key, query.get("sort").slice(at + 1) === "ab", false);
  }

  // ---- the filter ----
  function choose() {
    const wanted = choices.filter((control) => control.value).map(({ value, dataset }) => [field[dataset.field], value]);
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    filtering = wanted.length + words.length > 0;
    data.clusters.forEach((row, i) => {
      const fits = wanted.every(([at, value]) => (Array.isArray(row[at]) ? row[at].includes(value) : row[at] === value));
      shown[i] = fits && words.every((word) => texts[i].includes(word));
    });
  }
  function apply() {
    choose();
    for (const list of lists.values()) list.rows = 0;
    for (const item of about) {
      const there = !filtering || item.places.some((i) => i !== NOWHERE && shown[i]);
      if (there !== item.there) item.node.classList.toggle("off", !there);
      item.there = there;
      if (there && item.list) item.list.rows += 1;
    }
    for (const { rows, empty } of lists.values()) empty.hidden = rows > 0;
    const chosen = data.clusters.filter((_, i) => shown[i]);
    figures(chosen);
    for (const each of matrices) totals(each);
    for (const note of wholes) note.hidden = !filtering;
    const counts = { n: number.format(chosen.length), all: number.format(data.clusters.length) };
    write(status, say(filtering ? "filter_status" : "filter_all", counts));
    form.classList.toggle("on", filtering);
    rove();
  }
  function write(where, text) {
    if (where.textContent !== text) where.textContent = text;
  }

  const printed = new Map(all("[data-figure]").map((node) => [node.dataset.figure, [one(".value", node), one(".note", node)]]));
  const originals = new Map([...printed].map(([key, nodes]) => [key, nodes.map((node) => node.textContent)]));
  function figures(chosen) {
    const sum = (name) => chosen.reduce((total, row) => total + row[field[name]], 0);
    const actors = sum("actors");
    const found = {
      reviewed: [chosen.length, say("distinct_note")],
      memberships: [actors, say("distinct_note")],
      distinct: [actors - repeats(), say("distinct_note")],
      smes: [sum("smes"), actors ? percent.format(sum("smes") / actors) : "–"],
    };
    const counts = [];
    for (const decision of ["eligible", "open", "not_eligible"]) {
      const own = chosen.filter((row) => row[field.decision] === decision);
      const doubtful = own.filter((row) => row[field.doubtful]).length;
      found[decision] = [own.length, doubtful ? say("without_experts", { n: number.format(doubtful) }) : ""];
      counts.push(own.length - doubtful, doubtful);
    }
    for (const [key, [value, note]] of printed) {
      const [count, text] = found[key];
      write(value, filtering ? number.format(count) : originals.get(key)[0]);
      write(note, filtering ? text : originals.get(key)[1]);
    }
    bar(counts, Math.max(chosen.length, 1));
  }
  // How many memberships the actors of several of the chosen clusters have beyond their first.
  function repeats() {
    let extra = 0;
    for (const [places, actors] of data.shared) {
      extra += actors * Math.max(places.filter((i) => shown[i]).length - 1, 0);
    }
    return extra;
  }
  const parts = all("#decisions-bar > rect");
  function bar(counts, whole) {
    let start = 0;
    parts.forEach((rect, i) => {
      rect.setAttribute("x", (100 * start) / whole);
      rect.setAttribute("width", (100 * counts[i]) / whole);
      start += counts[i];
    });
  }
  function totals({ ids, met, sums }) {
    const counts = new Uint32Array(ids.length);
    shown.forEach((there, i) => {
      if (there) for (let c = 0; c < ids.length; c += 1) counts[c] += met[i * ids.length + c];
    });
    sums.forEach((cell, c) => write(cell, number.format(counts[c])));
  }

  // ---- sorting ----
  const ranks = { f: 0, u: 1, x: 2, eligible: 0, open: 1, not_eligible: 2 };
  function sortKey(row, column) {
    const cell = row.cells[column];
    if (column === 0) return cell.textContent;
    if (cell.dataset.v) return ranks[cell.dataset.v];
    return ranks[cell.classList[0]] ?? Number(cell.textContent.replace(/\D/g, ""));
  }
  function sort(table, key, down, speak = true) {
    const heads = [...table.tHead.rows[0].cells];
    const column = heads.findIndex((head) => head.dataset.key === key);
    if (column < 0) return;
    const rows = [...table.tBodies[0].rows].map((row) => [sortKey(row, column), row.dataset.c, row]);
    const compare = (a, b) => (typeof a === "number" ? a - b : collator.compare(a, b));
    rows.sort((a, b) => (down ? -1 : 1) * compare(a[0], b[0]) || collator.compare(a[1], b[1]));
    table.tBodies[0].append(...rows.map((row) => row[2]));
    for (const head of heads) head.removeAttribute("aria-sort");
    heads[column].setAttribute("aria-sort", down ? "descending" : "ascending");
    if (table === matrices[0].table) sorting = { key, down };
    rove();
    if (!speak) return;
    const names = { column: heads[column].dataset.name, direction: say(down ? "descending" : "ascending") };
    status.textContent = say("sorted_by", names);
    remember();
  }
  for (const { table } of matrices) {
    for (const head of table.tHead.rows[0].cells) {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      const title = one("abbr", button)?.title;
      head.dataset.name = title ? `${head.dataset.key} ${title}` : button.textContent.trim();
      button.title = say("sort_by", { column: head.dataset.name });
      head.append(button);
      button.addEventListener("click", () => {
        const now = head.getAttribute("aria-sort");
        // Numbers are of interest from the greatest on.
        sort(table, head.dataset.key, now ? now === "ascending" : head.classList.contains("n"));
      });
    }
  }

  // ---- the matrix by keyboard: one stop, arrow keys within ----
  function rove() {
    for (const each of matrices) {
      if (each.stop && !each.stop.closest("tr").classList.contains("off")) continue;
      stopAt(each, one("tbody tr:not(.off) td > a", each.table));
    }
  }
  function stopAt(each, link) {
    if (each.stop) each.stop.tabIndex = -1;
    if (link) link.tabIndex = 0;
    each.stop = link;
  }
  const moves = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0], Home: [0, -99], End: [0, 99] };
  function move(event, each) {
    const link = event.target.closest("td a");
    const step = moves[event.key];
    if (!link || !step || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    const rows = [...event.currentTarget.tBodies[0].rows].filter((row) => !row.classList.contains("off"));
    const cell = link.closest("td");
    const last = cell.parentNode.cells.length - 1;
    const row = rows[Math.min(Math.max(rows.indexOf(cell.parentNode) + step[0], 0), rows.length - 1)];
    const next = one("a", row.cells[Math.min(Math.max(cell.cellIndex + step[1], 4), last)]);
    stopAt(each, next);
    next.focus();
  }

  // ---- why a cell is as it is ----
  const dialog = one("#why");
  const text = (n) => data.texts[n];
  function node(name, content, css) {
    const made = document.createElement(name);
    if (content) made.textContent = content;
    if (css) made.className = css;
    return made;
  }
  function line(list, term, value) {
    if (value) list.append(node("dt", term), node("dd", value));
  }
  function explain(link, each) {
    const row = link.closest("tr");
    const cluster = data.clusters[place.get(row.dataset.c)];
    const catalogue = data.catalogues[matrices.indexOf(each)];
    const column = link.closest("td").cellIndex - 4;
    const [id, title, kind, asks, conditions] = catalogue.criteria[column];
    const [state, basis, reason, request, views] = catalogue.cells[row.dataset.c][column];
    one("#why-head").textContent = `${cluster[field.cluster_id]} ${cluster[field.name]}: ${id} ${title}`;
    const body = one(".body", dialog);
    body.replaceChildren(node("p", `${text(state)} · ${kind}, ${text(basis)}`, "state"), node("p", asks, "note"));
    views.forEach(([sign, value, required, lever, source], i) => {
      body.append(node("h3", `${text(sign)} ${conditions[i]}`));
      const list = node("dl");
      line(list, say("value"), text(value));
      line(list, say("required", { what: "" }).replace(/[:\s]+$/, ""), text(required));
      line(list, say("lever_head"), text(lever));
      line(list, say("source_rows"), text(source));
      body.append(list);
    });
    const more = node("dl");
    line(more, say("reason"), text(reason));
    line(more, say("request"), text(request));
    if (more.children.length) body.append(more);
    const go = node("a", say("open_page"));
    go.href = link.getAttribute("href");
    const last = node("p");
    last.append(go);
    body.append(last);
    dialog.showModal();
  }
  for (const each of matrices) {
    each.table.addEventListener("keydown", (event) => move(event, each));
    each.table.addEventListener("click", (event) => {
      const link = one("a", event.target.closest("td:has(> a)") ?? document.createElement("i"));
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      stopAt(each, link);
      link.focus();
      explain(link, each);
    });
  }
  one(".close", dialog).addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });

  // ---- the map: a click on a mark draws its circle ----
  one("#land")?.addEventListener("click", (event) => {
    const office = event.target.closest(".office");
    if (office) location.hash = `ring-${office.dataset.c}`;
  });

  // ---- the focus: laying out what was out of sight may move it away, some frames later ----
  let keys = 0;
  addEventListener("keydown", () => { keys += 1; }, true);
  document.addEventListener("focusin", ({ target }) => {
    const pressed = keys;
    let frames = 15;
    const keep = () => {
      if (keys !== pressed || target !== document.activeElement) return;
      const { top, bottom } = target.getBoundingClientRect();
      if (bottom <= 0 || top >= innerHeight) target.scrollIntoView({ block: "nearest", behavior: "instant" });
      frames -= 1;
      if (frames) requestAnimationFrame(keep);
    };
    requestAnimationFrame(keep);
  });

  // ---- start ----
  form.hidden = false;
  for (const hint of all(".scripted")) hint.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", () => {
    apply();
    remember();
  });
  form.addEventListener("reset", () => {
    setTimeout(() => {
      for (const control of [...choices, search]) control.value = "";
      apply();
      remember();
    });
  });
  addEventListener("popstate", () => {
    recall();
    apply();
  });
  recall();
  apply();
  // The filter has made the page shorter: where the address points to has moved.
  if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
})();
