(async () => {
  "use strict";
  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const data = JSON.parse(one("#data").textContent);
  // What is much and seldom looked at stands in the page packed.
  async function unpack(holder) {
    const text = atob(holder.textContent);
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i += 1) bytes[i] = text.charCodeAt(i);
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    return JSON.parse(await new Response(stream).text());
  }
  // Before the wait, in which all would be laid out.
  document.body.classList.add("live");
  // A browser that cannot unpack shows the page as it is without scripts.
  try {
    Object.assign(data, await unpack(one("#packed")));
  } catch {
    document.body.classList.remove("live");
    return;
  }
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
  const choiceOf = (name) => choices.find((control) => control.dataset.field === name);
  const ofCriterion = choiceOf("criterion");
  const DECISION = 0, STATES = 3; // of a row of the matrix
  const NOWHERE = -1; // A cluster that was not reviewed has no place.
  // Of a table the first rows stand in the page, and more come when a reader goes on: many of them
  // would make every choice slow.
  const STEP = 100;
  const FOUND = 5; // This many chosen clusters are named beside their number.
  const ROW_END = "</tr>";
  const lists = all("main table:is([data-list], :has(tbody [data-c]))").map(list);
  const offices = all(".places [data-c], #land [data-c], .chart [data-c]").map((node) => ({ node, at: place.get(node.dataset.c), there: true }));
  const matrices = all("table.matrix").map(matrix);
  // Free text is looked for in what readers see: id, name, state and field.
  const named = (name) => new Map(all("option", choiceOf(name)).map((option) => [option.value, option.text]));
  const [states, fields] = ["federal_state", "technology_field"].map(named);
  const decided = ["eligible", "open", "not_eligible"];
  const unit = Number(one("#land")?.dataset.unit);
  const cities = all("#land .city").map((link) => ({ link, places: placesOf(link.dataset.of), key: null }));
  const texts = data.clusters.map((row) =>
    [row[field.cluster_id], row[field.name], states.get(row[field.federal_state]), fields.get(row[field.technology_field])]
      .join(" ").toLowerCase(),
  );
  const wholes = all(".whole");
  const shown = new Uint8Array(data.clusters.length).fill(1);
  let filtering = false;
  let sorting = null;

  // ---- tables: all their rows, those that are chosen, and the first of these in the page ----
  function list(table) {
    const body = table.tBodies[0];
    const html = data.lists[table.dataset.list];
    const rows = html ? packedRows(html) : [...body.rows].map((node) => ({ node, places: placesOf(node.dataset.c) }));
    const empty = node("p", say("none_chosen"), "note");
    empty.hidden = true;
    table.after(empty);
    const made = { table, body, rows, empty, chosen: null, there: 0, more: null };
    if (rows.length > data.first) addMore(made);
    return made;
  }
  function placesOf(ids) {
    return ids === undefined ? null : ids.split(" ").map((id) => place.get(id) ?? NOWHERE);
  }
  function packedRows(html) {
    const about = (row) => /^\s*<tr data-c="([^"]*)"/.exec(row)?.[1];
    return html.split(ROW_END).slice(0, -1).map((row) => ({ html: row + ROW_END, places: placesOf(about(row)) }));
  }
  function addMore(made) {
    const button = node("button");
    button.type = "button";
    const holder = node("p", "", "more");
    holder.append(button);
    made.empty.after(holder);
    const region = holder.closest(".scroll");
    made.more = { holder, button, region };
    button.addEventListener("click", () => {
      extend(made, STEP);
      region.tabIndex = -1;
      if (holder.hidden) region.focus();
    });
    region.addEventListener("scroll", () => {
      const left = region.scrollHeight - region.scrollTop - region.clientHeight;
      if (left < 2 * region.clientHeight && document.activeElement !== button) extend(made, STEP);
    }, { passive: true });
  }
  function refill(made) {
    const chosen = filtering ? made.rows.filter((row) => !row.places || row.places.some((i) => i !== NOWHERE && shown[i])) : made.rows;
    made.empty.hidden = chosen.length > 0;
    // Rows that stay are left alone: taking them out and in again would cost as much as new ones.
    if (made.chosen?.length === chosen.length && chosen.every((row, i) => row === made.chosen[i])) return;
    if (made.there > data.first) made.more.region.scrollTop = 0;
    made.chosen = chosen;
    made.there = Math.min(data.first, chosen.length);
    made.body.replaceChildren(...nodesOf(made, 0, made.there));
    tellMore(made);
  }
  function extend(made, by) {
    const from = made.there;
    if (from === made.chosen.length) return;
    made.there = Math.min(from + by, made.chosen.length);
    made.body.append(...nodesOf(made, from, made.there));
    tellMore(made);
  }
  function tellMore({ table, chosen, there, more }) {
    if (!more) return;
    const left = chosen.length - there;
    more.holder.hidden = left === 0;
    write(more.button, say("more_rows", { n: number.format(Math.min(STEP, left)), left: number.format(left) }));
    if (left) table.setAttribute("aria-rowcount", chosen.length + table.rows.length - there);
    else table.removeAttribute("aria-rowcount");
  }
  function nodesOf(made, from, to) {
    const wanted = made.chosen.slice(from, to);
    build(wanted);
    const each = matrices.find(({ table }) => table === made.table);
    for (const row of wanted) {
      if (each) label(each, row);
      for (const link of all("a:not([tabindex])", row.node)) link.tabIndex = -1;
    }
    return wanted.map((row) => row.node);
  }
  function build(rows) {
    const missing = rows.filter((row) => !row.node);
    if (!missing.length) return;
    const holder = document.createElement("template");
    holder.innerHTML = missing.map((row) => row.html).join("");
    [...holder.content.children].forEach((made, i) => { missing[i].node = made; });
  }
  addEventListener("beforeprint", () => {
    for (const made of lists) extend(made, made.chosen.length);
  });
  addEventListener("afterprint", () => {
    for (const made of lists) {
      if (made.there <= data.first) continue;
      made.chosen = null;
      refill(made);
    }
  });

  // ---- the matrix: its cells say what a reader sees by sign ----
  function matrix(table, n) {
    const heads = all("thead th.c", table);
    const ids = heads.map((head) => head.dataset.key);
    const names = heads.map((head) => head.dataset.name);
    const made = lists.find((each) => each.table === table);
    return { table, made, ids, names, rows: data.matrices[n], sums: all("tfoot tr", table) };
  }
  function label({ names }, row) {
    if (row.labelled) return;
    row.labelled = true;
    all("td > a", row.node).forEach((link, i) => {
      link.setAttribute("aria-label", say("cell_label", { cluster: row.node.dataset.c, id: names[i], text: data.marks[link.parentNode.className] }));
    });
  }

  // ---- the address ----
  const address = () => new URLSearchParams(location.search);
  function remember() {
    const query = new URLSearchParams();
    for (const control of [...choices, search]) if (control.value.trim()) query.set(control.name, control.value.trim());
    if (sorting) query.set("sort", `${sorting.key}.${say(sorting.down ? "address_down" : "address_up")}`);
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
    if (key) sort(matrices[0], key, query.get("sort").slice(at + 1) === say("address_down"), false);
  }

  // ---- the filter ----
  function choose() {
    const wanted = choices.filter((control) => control.value && control !== ofCriterion).map(({ value, dataset }) => [field[dataset.field], value]);
    const [catalogue, column, state] = ofCriterion.value.split(".");
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    filtering = wanted.length + words.length > 0 || ofCriterion.value !== "";
    data.clusters.forEach((row, i) => {
      const fits = wanted.every(([at, value]) => (Array.isArray(row[at]) ? row[at].includes(value) : row[at] === value));
      const stands = !state || data.matrices[catalogue][i][STATES][column] === state;
      shown[i] = fits && stands && words.every((word) => texts[i].includes(word));
    });
  }
  function apply() {
    choose();
    lists.forEach(refill);
    for (const office of offices) {
      const there = !filtering || (office.at !== undefined && shown[office.at] === 1);
      if (there !== office.there) office.node.classList.toggle("off", !there);
      office.there = there;
    }
    cities.forEach(count);
    const chosen = data.clusters.filter((_, i) => shown[i]);
    figures(chosen);
    for (const each of matrices) totals(each);
    for (const note of wholes) note.hidden = !filtering;
    const counts = { n: number.format(chosen.length), all: number.format(data.clusters.length) };
    write(status, say(filtering ? "filter_status" : "filter_all", counts));
    tellChoice(counts);
    one("#found").replaceChildren(...(filtering && chosen.length <= FOUND ? chosen.map(pageLink) : []));
    document.body.classList.toggle("chosen", filtering);
    rove();
    roveMarks();
  }
  // A choice of few clusters leads straight to their pages.
  function pageLink(row) {
    const link = node("a", [row[field.cluster_id], row[field.name]].filter(Boolean).join(" "));
    link.href = data.page.replace("{id}", row[field.cluster_id]);
    return link;
  }
  // What is chosen, in sight wherever one reads, and in the caption of each table that follows.
  const strip = one("#chosen");
  function tellChoice(counts) {
    strip.hidden = !filtering;
    const made = [...choices, search].filter((control) => control.value.trim()).map((control) => {
      const name = control.closest("label").firstChild.textContent.trim();
      const value = control.selectedOptions?.[0].text ?? control.value.trim();
      return { control, text: `${name}: ${value}` };
    });
    const count = say("filter_count", counts);
    strip.replaceChildren(node("b", count), ...made.map(dropper));
    const told = [count, ...made.map(({ text }) => text)].join(" · ");
    for (const { table } of lists) {
      const note = one(".choice", table.caption) ?? table.caption.appendChild(node("span", "", "choice note"));
      write(note, filtering ? ` ${told}` : "");
    }
  }
  function dropper({ control, text }) {
    const button = node("button", `${text} ×`);
    button.type = "button";
    button.setAttribute("aria-label", say("filter_drop", { choice: text }));
    button.addEventListener("click", () => {
      control.value = "";
      apply();
      remember();
      (one("button", strip) ?? control).focus();
    });
    return button;
  }
  function write(where, text) {
    if (where.textContent !== text) where.textContent = text;
  }

  // A city's mark: its size is the number of chosen clusters, its sectors are their decisions.
  function count(city) {
    const own = city.places.filter((i) => shown[i]);
    const key = own.join();
    if (city.key === key) return;
    city.key = key;
    city.link.classList.toggle("off", own.length === 0);
    const radius = unit * Math.sqrt(own.length);
    let start = 0;
    all(".sector", city.link).forEach((sector, d) => {
      const part = own.length && (100 * own.filter((i) => data.clusters[i][field.decision] === decided[d]).length) / own.length;
      sector.setAttribute("r", radius / 2);
      sector.setAttribute("stroke-width", radius);
      sector.setAttribute("stroke-dasharray", `${part} 100`);
      sector.setAttribute("stroke-dashoffset", -start);
      start += part;
    });
    one(".rim", city.link).setAttribute("r", radius);
    const sign = own.length === 1 ? "✓?✗"[decided.indexOf(data.clusters[own[0]][field.decision])] : number.format(own.length);
    write(one(".sign", city.link), sign);
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
    for (const decision of decided) {
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
  function totals({ ids, rows, sums }) {
    for (const sum of sums) {
      const counts = new Uint32Array(ids.length);
      rows.forEach((row, i) => {
        if (shown[i]) for (let c = 0; c < ids.length; c += 1) counts[c] += row[STATES][c] === sum.dataset.state;
      });
      all("td.c", sum).forEach((cell, c) => write(cell, number.format(counts[c])));
    }
  }

  // ---- sorting ----
  const COLUMNS = ["decision", "fulfilled", "unassessed"];
  const rank = [];
  const ids = data.clusters.map((row, i) => [row[field.cluster_id], i]);
  ids.sort((a, b) => collator.compare(a[0], b[0])).forEach(([, i], n) => { rank[i] = n; });
  function sortKey(each, key) {
    if (key === "cluster") return (i) => rank[i];
    const at = COLUMNS.indexOf(key);
    if (at === DECISION) return (i) => decided.indexOf(each.rows[i][DECISION]);
    if (at > 0) return (i) => each.rows[i][at];
    const c = each.ids.indexOf(key);
    return (i) => "fux".indexOf(each.rows[i][STATES][c]);
  }
  function sort(each, key, down, speak = true) {
    const heads = [...headRow(each.table).cells];
    const column = heads.findIndex((head) => head.dataset.key === key);
    if (column < 0) return;
    const keyOf = sortKey(each, key);
    const order = new Map(each.made.rows.map((row) => [row, keyOf(row.places[0])]));
    const sign = down ? -1 : 1;
    const before = (a, b) => sign * (order.get(a) - order.get(b)) || rank[a.places[0]] - rank[b.places[0]];
    each.made.rows = [...each.made.rows].sort(before);
    refill(each.made);
    if (each === matrices[0]) sorting = { key, down };
    rove();
    told(heads, heads[column], down, speak);
    if (speak) remember();
  }
  function told(heads, head, down, speak) {
    for (const each of heads) each.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const names = { column: head.dataset.name, direction: say(down ? "descending" : "ascending") };
    if (speak) status.textContent = say("sorted_by", names);
  }
  // Other tables are sorted by what their cells show, or by the key of a cell; nothing comes last.
  function sortList(made, head, down) {
    build(made.rows);
    const value = (row) => {
      const cell = row.node.cells[head.cellIndex];
      const text = cell.dataset.v ?? cell.textContent.trim();
      return text === "–" ? "" : text;
    };
    const values = new Map(made.rows.map((row) => [row, value(row)]));
    const sign = down ? -1 : 1;
    made.rows = [...made.rows].sort((a, b) => {
      const [one, other] = [values.get(a), values.get(b)];
      const order = Number(one) - Number(other) || collator.compare(one, other);
      return (one === "") - (other === "") || sign * order;
    });
    refill(made);
    told(head.parentNode.cells, head, down, true);
  }
  // Bands of columns may stand above the heads.
  const headRow = (table) => table.tHead.rows[table.tHead.rows.length - 1];
  function sortable(made, sortBy) {
    for (const head of headRow(made.table).cells) {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.dataset.name ??= button.textContent.trim();
      button.title = say("sort_by", { column: head.dataset.name });
      button.tabIndex = -1;
      head.append(button);
      button.addEventListener("click", () => {
        stopAt(made, button);
        const now = head.getAttribute("aria-sort");
        // Numbers are of interest from the greatest on.
        sortBy(head, now ? now === "ascending" : head.classList.contains("n"));
      });
    }
    stopAt(made, one("button", headRow(made.table)));
  }
  for (const each of matrices) sortable(each.made, (head, down) => sort(each, head.dataset.key, down));
  for (const made of lists) {
    if ("sort" in made.table.dataset) sortable(made, (head, down) => sortList(made, head, down));
  }

  // ---- tables by keyboard: the links are one stop, the heads another; arrow keys within ----
  const stopsIn = (row) => all("a, button", row);
  function rove() {
    for (const made of lists) {
      if (made.stop?.isConnected) continue;
      const first = one(made.table.matches(".matrix") ? "td > a" : "a", made.body);
      if (first) stopAt(made, first);
    }
  }
  function stopAt(made, link) {
    const kind = link.closest("thead") ? "head" : "stop";
    if (made[kind]) made[kind].tabIndex = -1;
    link.tabIndex = 0;
    made[kind] = link;
  }
  const moves = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0], Home: [0, -99], End: [0, 99] };
  const within = (at, found) => found[Math.min(Math.max(at, 0), found.length - 1)];
  function move(event, made) {
    const link = event.target.closest("a, button");
    const step = moves[event.key];
    if (!link || !step || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    const row = link.closest("tr");
    if (step[0] > 0 && row === made.body.lastElementChild) extend(made, STEP);
    const rows = [headRow(made.table), ...made.body.rows].filter((each) => stopsIn(each).length);
    const to = within(rows.indexOf(row) + step[0], rows);
    const [own, theirs] = [stopsIn(row), stopsIn(to)];
    const at = own.indexOf(link);
    const next = own.length === theirs.length ? within(at + step[1], theirs) : nearest(theirs, link);
    stopAt(made, next);
    next.focus();
  }
  // The link of another row that stands in the same column, or next to it.
  function nearest(links, link) {
    const column = (each) => each.closest("td, th").cellIndex;
    const away = (each) => Math.abs(column(each) - column(link));
    return links.reduce((best, each) => (away(each) < away(best) ? each : best));
  }
  for (const made of lists) made.table.addEventListener("keydown", (event) => move(event, made));

  // ---- the linked marks of a picture by keyboard: one stop, arrow keys from one to the next ----
  const seen = (link) => !link.classList.contains("off");
  const pictures = all(":is(svg.chart, #land):has(a)").map((svg) => ({ svg, links: all("a", svg), stop: null }));
  function markAt(picture, link) {
    for (const each of picture.links) each.tabIndex = each === link ? 0 : -1;
    picture.stop = link;
  }
  function roveMarks() {
    for (const picture of pictures) {
      if (!picture.stop || !seen(picture.stop)) markAt(picture, picture.links.find(seen));
    }
  }
  for (const picture of pictures) {
    picture.svg.addEventListener("keydown", (event) => {
      const step = (moves[event.key] ?? []).reduce((sum, by) => sum + by, 0);
      if (!step || event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault();
      const links = picture.links.filter(seen);
      const at = Math.abs(step) > 1 ? (step > 0 ? links.length : 0) : links.indexOf(picture.stop) + step;
      markAt(picture, links[Math.min(Math.max(at, 0), links.length - 1)]);
      picture.stop.focus();
    });
  }

  // ---- why a cell is as it is ----
  const dialog = one("#why");
  const behind = one("#why-data");
  let why = null;
  function node(name, content, css) {
    const made = document.createElement(name);
    if (content) made.textContent = content;
    if (css) made.className = css;
    return made;
  }
  // The texts of reasons are escaped, and what others wrote in them is marked as German.
  function line(list, term, n) {
    if (!n) return;
    const told = node("dd");
    told.innerHTML = why.texts[n];
    list.append(node("dt", term), told);
  }
  function plain(n) {
    const told = node("p");
    told.innerHTML = why.texts[n];
    return told.textContent;
  }
  async function explain(link, each) {
    try {
      why ??= await unpack(behind);
    } catch {
      location.href = link.href;
      return;
    }
    const row = link.closest("tr");
    const cluster = data.clusters[place.get(row.dataset.c)];
    const catalogue = why.catalogues[matrices.indexOf(each)];
    const column = link.closest("td").cellIndex - 4;
    const [id, title, kind, asks, conditions] = catalogue.criteria[column];
    const [state, basis, reason, request, views] = catalogue.cells[row.dataset.c][column];
    const name = node("span", cluster[field.name]);
    name.lang = "de";
    one("#why-head").replaceChildren(`${cluster[field.cluster_id]} `, name, `: ${id} ${title}`);
    const body = one(".body", dialog);
    body.replaceChildren(node("p", `${plain(state)} · ${kind}, ${plain(basis)}`, "state"), node("p", asks, "note"));
    views.forEach(([sign, value, required, lever, source], i) => {
      body.append(node("h3", `${plain(sign)} ${conditions[i]}`));
      const list = node("dl");
      line(list, say("value"), value);
      line(list, say("required", { what: "" }).replace(/[:\s]+$/, ""), required);
      line(list, say("lever_head"), lever);
      line(list, say("source_rows"), source);
      body.append(list);
    });
    const more = node("dl");
    line(more, say("reason"), reason);
    line(more, say("request"), request);
    if (more.children.length) body.append(more);
    const go = node("a", say("open_page"));
    go.href = link.getAttribute("href");
    const last = node("p");
    last.append(go);
    body.append(last);
    if (!dialog.open) dialog.showModal();
  }
  for (const each of matrices) {
    each.table.addEventListener("click", (event) => {
      const link = one("a", event.target.closest("td:has(> a)") ?? document.createElement("i"));
      if (!link || !behind || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      stopAt(each.made, link);
      link.focus();
      explain(link, each);
    });
  }
  one(".close", dialog).addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });

  // ---- the map: a circle is drawn by its link; those of very many offices are packed ----
  const apart = data.offices;
  function ring(hash) {
    const id = hash.replace(/^#?ring-/, "");
    const own = apart[id];
    if (!own || document.getElementById(`ring-${id}`)) return;
    one("#land").insertAdjacentHTML("beforeend", own);
  }
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#ring-']");
    if (link) ring(link.hash);
  });
  // ---- links within the page: all is laid out for a jump, or it would miss its goal ----
  function jump() {
    document.body.classList.add("jump");
    // The second frame knows the sizes of what was laid out, and keeps them.
    requestAnimationFrame(() => requestAnimationFrame(() => document.body.classList.remove("jump")));
  }
  document.addEventListener("click", (event) => {
    if (event.target.closest("a[href^='#']")) jump();
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

  // ---- what scrolls and has no link or button is a stop of the keyboard, nothing else ----
  const stops = "a[href]:not([tabindex='-1']), button:not([tabindex='-1']), [tabindex='0']";
  const sizes = new ResizeObserver((changes) => {
    for (const region of new Set(changes.map(({ target }) => target.closest(".scroll")))) {
      const scrolls = region.scrollWidth > region.clientWidth || region.scrollHeight > region.clientHeight;
      if (scrolls && !one(stops, region)) region.tabIndex = 0;
      else if (region !== document.activeElement) region.removeAttribute("tabindex");
    }
  });
  for (const region of all(".scroll")) {
    for (const each of [region, ...region.children]) sizes.observe(each);
  }

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
  if (location.hash.startsWith("#ring-")) {
    ring(location.hash);
    location.replace(location.hash); // which makes the circle the target
  }
  // The filter has made the page shorter: where the address points to has moved.
  if (location.hash) {
    jump();
    document.getElementById(location.hash.slice(1))?.scrollIntoView({ behavior: "instant" });
  }
})();
