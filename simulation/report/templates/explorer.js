"use strict";
(function () {
  const content = JSON.parse(document.getElementById("content").textContent);
  const { quarters, time, lines, units } = content;
  const metrics = content.groups.flat();
  const last = quarters.length - 1;
  const EDGE = 40, ROOM = 56;  // points left and right of both charts, so that their quarters stand below each other
  const byId = (id) => document.getElementById(id);
  const letter = (place) => (place < 26 ? "" : String.fromCharCode(64 + Math.floor(place / 26)))
    + String.fromCharCode(65 + (place % 26));
  let state, words, drawn = 0, waiting = null;

  // --- state, which is the address

  function read() {
    const given = new URLSearchParams(location.hash.slice(1));
    const one = (key, allowed, otherwise) => (allowed.includes(given.get(key)) ? given.get(key) : otherwise);
    const several = (key, allowed, otherwise) => {
      const named = given.has(key) ? given.get(key).split(",").filter((name) => allowed.includes(name)) : [];
      return given.has(key) && (named.length || given.get(key) === "") ? [...new Set(named)] : otherwise;
    };
    const focals = [...new Set(lines.map((line) => line.focal))];
    const focal = several("focal", focals, focals.slice(0, 1));
    const own = lines.map((line, place) => place).filter((place) => focal.includes(lines[place].focal));
    const shown = several("lines", lines.map((line, place) => String(place)), own.slice(0, content.first).map(String));
    let from = quarters.indexOf(one("from", quarters, quarters[0]));
    let to = quarters.indexOf(one("to", quarters, quarters[last]));
    if (from >= to) { from = 0; to = last; }
    return {
      language: one("lang", Object.keys(content.words), content.language),
      metric: one("metric", metrics, content.metric),
      lines: shown.slice(0, content.colours.length).map(Number), focal, from, to,
      quarter: quarters.indexOf(one("quarter", quarters, quarters[last])),
      view: one("view", ["levels", "difference"], "levels"),
    };
  }

  function write() {
    const told = new URLSearchParams({
      metric: state.metric, lines: state.lines.join(","), focal: state.focal.join(","),
      quarter: quarters[state.quarter], from: quarters[state.from], to: quarters[state.to],
      view: state.view, lang: state.language,
    });
    history.replaceState(null, "", "#" + told.toString().replaceAll("%2C", ","));
  }

  function change(given, still) {
    Object.assign(state, given);
    if (state.quarter < state.from || state.quarter > state.to) {
      state.quarter = Math.min(Math.max(state.quarter, state.from), state.to);
    }
    write();
    show(still);
  }

  // --- words and numbers

  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (place, key) => values[key]);
  const say = (key, values) => fill(words.texts[key], values || {});
  const digits = (value) => {
    const size = Math.abs(value);
    return size >= 100 || size === 0 ? 0 : size >= 10 ? 1 : size >= 0.1 ? 2 : 3;
  };
  const placesOf = (values) => digits(Math.max(0, ...values.filter((value) => value !== null).map(Math.abs)));
  function number(value, places, sign) {
    const told = new Intl.NumberFormat(words.locale, {
      minimumFractionDigits: places, maximumFractionDigits: places, signDisplay: sign ? "exceptZero" : "negative",
    }).format(String(value)).replace("-", "\u2212");  // as a text: rounded from the digits that it is written with
    return words.rtl ? "\u2066" + told + "\u2069" : told;  // isolated: a sign stays left of its number
  }
  function band(values, sign, places) {
    if (values[0] === null) return say("none");
    const told = values.map((value) => (value === null ? "–" : number(value, places, sign)));
    return told.length === 1 || values[1] === values[2] && values[0] === values[1]
      ? told[0] : `${told[0]} (${interval(told[1], told[2], sign)})`;
  }
  function interval(low, high, sign) {
    const dash = sign ? words.dash.signed : words.dash.plain;
    const told = low + dash.replace("–", "–\u2060") + high;  // no line ends inside
    return words.rtl ? "\u2066" + told + "\u2069" : told;  // the lower end stays on the left
  }
  const named = (place) => words.lines[place]
    + (state.focal.length > 1 ? " – " + words.focals[lines[place].focal] : "");

  // --- what is shown

  const shown = () => state.lines.filter((place) => state.focal.includes(lines[place].focal)).sort((a, b) => a - b);
  const colour = (place) => content.colours[shown().indexOf(place) % content.colours.length];
  function parts(place) {
    const line = lines[place];
    if (state.view === "levels") {
      const own = line.values[state.metric];
      return own && { mean: own.mean, low: own.q05, high: own.q95, inner: own.q25, outer: own.q75 };
    }
    const gap = line.differences[state.metric];
    return gap && { mean: gap.difference, low: gap.low, high: gap.high };
  }
  function endsAt(place, k) {  // what is told of a quarter: the mean and the ends around it
    const own = parts(place);
    return [own.mean[k], own.low[k], own.high[k]];
  }
  const halves = () => state.view === "levels" && visible().length < 3;  // more inner bands would hide each other
  const visible = () => shown().filter((place) => parts(place));
  function rows(from, to) {
    const made = [];
    for (const place of visible()) {
      const own = parts(place);
      for (let k = from; k <= to; k++) {
        if (own.mean[k] === null) continue;
        const row = { time: time[k], key: letter(place), k };
        for (const part of Object.keys(own)) row[part] = own[part][k];
        made.push(row);
      }
    }
    return made;
  }
  function ends(data) {  // the letters at the right end, moved apart so that each can be read
    const end = Math.max(...data.map((row) => row.time)), own = data.filter((row) => row.time === end);
    const all = data.flatMap((row) => [row.low, row.high, 0]).filter((value) => value !== null);
    const gap = 0.045 * (Math.max(...all) - Math.min(...all));
    const made = own.map((row) => ({ time: end, key: row.key, place: row.mean })).sort((a, b) => a.place - b.place);
    for (let k = 1; k < made.length; k++) made[k].place = Math.max(made[k].place, made[k - 1].place + gap);
    return made;
  }

  // --- charts

  function look() {
    const text = getComputedStyle(document.body);
    const plain = { labelFont: text.fontFamily, titleFont: text.fontFamily, labelFontSize: 12, titleFontSize: 12,
      labelColor: "#55606c", titleColor: "#55606c", titleFontWeight: "normal" };
    return {
      font: text.fontFamily, view: { stroke: null }, background: null,
      axis: { ...plain, domainColor: "#8a94a0", tickColor: "#8a94a0", gridColor: "#e6eaee" },
      locale: { number: { decimal: words.decimal, thousands: words.thousands, grouping: [3], currency: ["", ""] } },
    };
  }
  function base(from, to, height) {
    const keys = visible().map(letter);
    return {
      width: "container", height, autosize: { type: "fit-x", contains: "padding" }, config: look(),
      encoding: {
        x: { field: "time", type: "quantitative", scale: { domain: [time[from], time[to]], nice: false, zero: false },
          axis: { format: "d", tickMinStep: 1, grid: false, title: say("axis"), labelFlush: true } },
        color: { field: "key", type: "nominal", legend: null,
          scale: { domain: keys, range: visible().map(colour) } },
      },
    };
  }
  function chart() {
    const { from, to, view } = state, spec = base(from, to, 380), data = rows(from, to), count = visible().length;
    const index = units[state.metric] === "index" && view === "levels";
    const y = { type: "quantitative", title: null, axis: { minExtent: EDGE, maxExtent: EDGE },
      scale: index ? { domain: [0, 1] } : { zero: true } };
    const area = (low, high, opacity) => ({
      mark: { type: "area", opacity }, encoding: { y: { ...y, field: low }, y2: { field: high } } });
    const edge = (field) => ({ mark: { type: "line", strokeWidth: 1, opacity: 0.55 }, encoding: { y: { ...y, field } } });
    spec.description = byId("title").textContent;
    spec.layer = [
      { data: { values: [{ time: time[state.quarter] }] },
        mark: { type: "rule", stroke: "#1b232d", strokeWidth: 1, strokeDash: [4, 3] }, encoding: { color: null } },
      ...(view === "difference" ? [{ data: { values: [{ zero: 0 }] }, mark: { type: "rule", stroke: "#1b232d" },
        encoding: { x: null, color: null, y: { ...y, field: "zero" } } }] : []),
      area("low", "high", count > 1 ? 0.1 : 0.16),
      ...(halves() ? [area("inner", "outer", count > 1 ? 0.16 : 0.28)] : []),
      ...(count > 1 ? [edge("low"), edge("high")] : []),
      { mark: { type: "line", strokeWidth: 2.5 }, encoding: { y: { ...y, field: "mean" } } },
      { data: { values: ends(data) }, mark: { type: "text", align: "left", dx: 5, fontWeight: "bold", fontSize: 13 },
        encoding: { y: { ...y, field: "place" }, text: { field: "key" } } },
      { transform: [{ filter: { field: "k", equal: state.quarter } }],
        mark: { type: "point", filled: true, size: 70, opacity: 1 }, encoding: { y: { ...y, field: "mean" } } },
      { data: { values: time.map((moment, k) => ({ time: moment, k })).slice(from, to + 1) },
        mark: { type: "rule", strokeWidth: 1, stroke: "#55606c" },
        params: [{ name: "near", select: { type: "point", fields: ["k"], nearest: true, on: "pointerover",
          clear: "pointerout" } }],
        encoding: { color: null, opacity: { condition: { param: "near", empty: false, value: 0.7 }, value: 0 } } },
    ];
    spec.padding = { left: 4, right: 4, top: 8, bottom: 4 };
    spec.data = { values: data };
    return spec;
  }
  function strip() {
    const spec = base(0, last, 46);
    spec.description = say("strip");
    spec.data = { values: rows(0, last) };
    spec.encoding.x.axis.title = null;
    const y = { type: "quantitative", title: null, axis: { labels: false, ticks: false, domain: false, grid: false,
      minExtent: EDGE, maxExtent: EDGE } };
    spec.layer = [
      { mark: { type: "area", opacity: 0.16 }, encoding: { y: { ...y, field: "low" }, y2: { field: "high" } } },
      { mark: { type: "line", strokeWidth: 1.5 }, encoding: { y: { ...y, field: "mean" } },
        params: [{ name: "brush", value: { x: [time[state.from], time[state.to]] },
          select: { type: "interval", encodings: ["x"], mark: { fill: "#00588f", fillOpacity: 0.1,
            stroke: "#00588f" } } }] },
    ];
    spec.padding = { left: 4, right: ROOM, top: 2, bottom: 2 };
    return spec;
  }
  const actions = () => ({
    mode: "vega-lite", renderer: "svg", actions: { export: true, source: false, compiled: false, editor: false },
    i18n: { PNG_ACTION: say("png"), SVG_ACTION: say("svg"), CLICK_TO_VIEW_ACTIONS: say("picture") },
    downloadFileName: "wifaq_" + state.metric, tooltip: false,
  });
  function draw(id, spec, options, then) {
    const holder = byId(id);
    if (!visible().length) { holder.replaceChildren(paragraph(say(shown().length ? "no_difference" : "nothing")));
      return Promise.resolve(); }
    return vegaEmbed(holder, spec, options).then((result) => {
      for (const menu of holder.querySelectorAll("summary")) menu.setAttribute("aria-label", say("picture"));
      // what has no words is left to the tables below
      for (const mark of holder.querySelectorAll('[role="graphics-symbol"]:not([aria-label])')) {
        mark.setAttribute("aria-hidden", "true");
      }
      then(result.view);
    });
  }
  function point(view, k) {  // the numbers of the quarter that is pointed at
    const box = byId("told"), own = visible();
    box.hidden = !Number.isInteger(k);
    if (box.hidden) return;
    const places = placesOf(own.flatMap((place) => endsAt(place, k)));
    box.replaceChildren(element("b", words.quarters[k]), ...own.map((place) => {
      const line = element("p");
      line.append(key(place), " ", element("bdi", band(endsAt(place, k), state.view === "difference", places)));
      return line;
    }));
    const x = view.origin()[0] + view.scale("x")(time[k]), left = x < byId("chart").clientWidth / 2;
    box.style.left = left ? x + 12 + "px" : "auto";
    box.style.right = left ? "auto" : byId("chart").clientWidth - x + 12 + "px";
  }
  function nearest(range) {
    const [low, high] = [Math.min(...range), Math.max(...range)];
    const inside = time.map((moment, k) => k).filter((k) => time[k] >= low - 1e-9 && time[k] <= high + 1e-9);
    return inside.length > 1 ? [inside[0], inside[inside.length - 1]] : [0, last];
  }
  function drawAll(still) {
    const now = ++drawn, made = [];
    byId("told").hidden = true;
    made.push(draw("chart", chart(), actions(), (view) => {
      view.addSignalListener("near", (name, value) => point(view, value.k && value.k[0]));
      view.addEventListener("click", (event, item) => {
        const datum = item && item.datum && (item.datum.datum || item.datum);
        if (datum && Number.isInteger(datum.k)) change({ quarter: datum.k }, true);
      });
    }));
    if (!still) {
      made.push(draw("strip", strip(), { ...actions(), actions: false }, (view) => {
        view.addSignalListener("brush", (name, value) => {
          const [from, to] = value.time ? nearest(value.time) : [0, last];
          clearTimeout(waiting);
          waiting = setTimeout(() => { if (from !== state.from || to !== state.to) change({ from, to }, true); }, 60);
        });
      }));
    }
    Promise.all(made).then(() => { if (now === drawn) document.body.dataset.drawn = String(now); });
  }

  // --- tables

  function element(name, text, attributes) {
    const made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    for (const [key, value] of Object.entries(attributes || {})) made.setAttribute(key, value);
    return made;
  }
  const paragraph = (text) => element("p", text, { class: "small" });
  function key(place) {
    const made = element("span", undefined, { class: "key" });
    const mark = element("b", letter(place));
    mark.style.background = shown().includes(place) ? colour(place) : "#8a94a0";
    made.append(mark, element("bdi", named(place)));
    return made;
  }
  function fillTable(id, caption, heads, body) {
    const table = byId(id), head = element("tr");
    for (const text of heads) head.append(text instanceof Node ? text : element("th", text, { scope: "col" }));
    const top = element("thead"), rest = element("tbody");
    top.append(head);
    rest.append(...body);
    table.replaceChildren(...(caption ? [element("caption", caption)] : []), top, rest);
  }
  function cell(values, sign, places) {
    const made = element("td", band(values, sign, places));
    if (values[0] !== null) made.dataset.values = values.join(" ");
    return made;
  }
  function atTable() {
    const k = state.quarter, caption = say("at", { metric: metric(), quarter: words.quarters[k] });
    const take = (table, names) => names.map((name) => (table ? table[name][k] : null));
    const own = (place, ...names) => take(lines[place].values[state.metric], names);
    const gapOf = (place) => take(lines[place].differences[state.metric], ["difference", "low", "high"]);
    const places = placesOf(shown().flatMap((place) => own(place, "mean", "q05", "q95")));  // one for a column
    const fine = placesOf(shown().flatMap(gapOf));
    const body = shown().map((place) => {
      const line = element("tr"), gap = lines[place].differences[state.metric];
      const head = element("th", undefined, { scope: "row" });
      head.append(key(place));
      line.append(head, cell(own(place, "mean"), false, places), range(own(place, "q05", "q95"), places),
        range(own(place, "q25", "q75"), places), gap ? cell(gapOf(place), true, fine) : element("td", "–"),
        element("td", gap && gap.pairs[k] !== null ? number(gap.pairs[k], 0) : "–"));
      return line;
    });
    fillTable("at", caption, [say("scenario"), say("mean"), say("wide"), say("half"), say("gap"), say("pairs")], body);
  }
  function range(values, places) {
    if (values[0] === null) return element("td", say("none"));
    const made = element("td", interval(number(values[0], places), number(values[1], places)));
    made.dataset.values = values.join(" ");
    return made;
  }
  function pathTable() {
    const body = [], heads = [say("quarter")];
    for (const place of visible()) {
      const head = element("th", undefined, { scope: "col" });
      head.append(key(place));
      heads.push(head);
    }
    const all = [];
    for (let k = state.from; k <= state.to; k++) all.push(...visible().flatMap((place) => endsAt(place, k)));
    const places = placesOf(all);
    for (let k = state.from; k <= state.to; k++) {
      const line = element("tr", undefined, k === state.quarter ? { class: "chosen" } : {});
      line.append(element("th", words.quarters[k], { scope: "row" }));
      for (const place of visible()) {
        line.append(cell(endsAt(place, k), state.view === "difference", places));
      }
      line.addEventListener("click", () => change({ quarter: k }, true));
      body.push(line);
    }
    fillTable("path", say("path", { metric: metric() }), heads, body);
  }
  function sourceTable() {
    const body = shown().map((place) => {
      const line = element("tr"), head = element("th", undefined, { scope: "row" });
      head.append(key(place));
      line.append(head, ...[lines[place].run, lines[place].replicates, lines[place].seed, words.bands[place]]
        .map((text) => element("td", text)));
      return line;
    });
    fillTable("sources", "", ["scenario", "run", "replicates", "seed", "means"].map((name) => say(name)), body);
  }
  function save() {
    const safe = (text) => {
      const plain = /^[=+\-@\t\r]/.test(text) ? "'" + text : text;
      return /[",\n]/.test(plain) ? '"' + plain.replaceAll('"', '""') + '"' : plain;
    };
    const heads = ["scenario", "focal", "metric", "unit", "quarter", "mean", "q05", "q25", "q75", "q95", "difference",
      "low", "high", "pairs"];
    const made = [heads.join(",")];
    for (const place of shown()) {
      const own = lines[place].values[state.metric], gap = lines[place].differences[state.metric];
      for (let k = state.from; own && k <= state.to; k++) {
        const values = [...["mean", "q05", "q25", "q75", "q95"].map((part) => own[part][k]),
          ...["difference", "low", "high", "pairs"].map((part) => (gap ? gap[part][k] : null))];
        made.push([named(place), lines[place].focal, state.metric, units[state.metric], quarters[k]].map(safe)
          .concat(values.map((value) => (value === null ? "" : String(value)))).join(","));
      }
    }
    const link = element("a", undefined, { download: "wifaq_" + state.metric + ".csv" });
    link.href = URL.createObjectURL(new Blob(["\ufeff" + made.join("\n") + "\n"], { type: "text/csv" }));
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  // --- controls

  const isPrior = () => shown().some((place) => lines[place].priors.includes(state.metric));
  const metric = () => words.metrics[state.metric] + (isPrior() ? " " + words.mark : "");
  function options(id, entries, chosen) {
    const made = entries.map(([value, text]) => element("option", text, { value }));
    byId(id).replaceChildren(...made);
    byId(id).value = chosen;
  }
  function boxes(id, entries, chosen, full, then) {
    const focused = document.activeElement && document.activeElement.dataset.box;
    const made = entries.map(([value, content]) => {
      const label = element("label", undefined, { class: "box" });
      const box = element("input", undefined, { type: "checkbox", value, "data-box": id + value });
      box.checked = chosen.includes(value);
      box.disabled = full && !box.checked;
      box.addEventListener("change", () => then(box.checked ? [...chosen, value]
        : chosen.filter((name) => name !== value)));
      const text = element("span");
      text.append(content);
      label.append(box, text);
      return label;
    });
    byId(id).replaceChildren(...made);
    const again = focused && made.map((label) => label.firstChild).find((box) => box.dataset.box === focused);
    if (again) again.focus();
  }
  function controls() {
    const choices = content.groups.map((names, place) => {
      const made = element("optgroup", undefined, { label: words.groups[place] });
      made.append(...names.map((name) => element("option", words.metrics[name], { value: name })));
      return made;
    });
    byId("metric").replaceChildren(...choices);
    byId("metric").value = state.metric;
    const own = lines.map((line, place) => place).filter((place) => state.focal.includes(lines[place].focal));
    const full = shown().length >= content.colours.length;
    boxes("scenarios", own.map((place) => [place, key(place)]), state.lines, full, (chosen) => change({ lines: chosen }));
    byId("most").textContent = full ? say("most", { count: number(content.colours.length, 0) }) : "";
    const focals = Object.entries(words.focals);
    byId("focal-choice").hidden = focals.length < 2;
    boxes("focals", focals.map(([id, name]) => [id, name]), state.focal, false, (focal) => {
      const left = state.lines.filter((place) => focal.includes(lines[place].focal));
      const fresh = focal.filter((id) => !left.some((place) => lines[place].focal === id))
        .flatMap((id) => lines.map((line, place) => place).filter((place) => lines[place].focal === id)
          .slice(0, content.first));
      change({ focal, lines: [...left, ...fresh].slice(0, content.colours.length) });
    });
    const all = words.quarters.map((name, k) => [k, name]);
    options("quarter", all.slice(state.from, state.to + 1), state.quarter);
    options("from", all.slice(0, state.to), state.from);
    options("to", all.slice(state.from + 1), state.to);
    options("language", Object.entries(content.words).map(([code, own]) => [code, own.name]), state.language);
    byId("whole").hidden = state.from === 0 && state.to === last;
    for (const box of document.querySelectorAll("[name=view]")) box.checked = box.value === state.view;
  }
  function title() {
    const seen = shown(), states = [...new Set(seen.map((place) => words.focals[lines[place].focal]))];
    const unit = words.units[units[state.metric]];
    byId("title").textContent = (states.length === 1 ? states[0] + ": " : "") + metric()
      + (unit && unit !== "index" && unit !== words.metrics[state.metric] ? " (" + unit + ")" : "");
    const against = [...new Set(seen.map((place) => lines[place].first))];
    const lead = state.view === "difference"
      ? against.map((place) => element("span", say("against", { scenario: named(place) }))) : [];
    byId("legend").replaceChildren(...lead, ...visible().map(key));
    byId("reading").textContent = say(state.view !== "levels" ? "interval" : halves() ? "bands" : "band_alone");
    byId("prior").textContent = isPrior() ? say("prior", { mark: words.mark }) : "";
  }
  function show(still) {
    words = content.words[state.language];
    document.documentElement.lang = state.language;
    document.documentElement.dir = words.rtl ? "rtl" : "ltr";
    for (const node of document.querySelectorAll("[data-text]")) node.textContent = say(node.dataset.text);
    const told = content.warnings[state.language];
    byId("warnings").hidden = !told.length;
    byId("warnings").replaceChildren(...(told.length ? [paragraph(say("incomplete"))] : []), ...told.map(paragraph));
    controls();
    title();
    byId("at-region").setAttribute("aria-label", say("at", { metric: metric(), quarter: words.quarters[state.quarter] }));
    byId("path-region").setAttribute("aria-label", say("path", { metric: metric() }));
    atTable();
    pathTable();
    sourceTable();
    drawAll(still);
  }
  const chosen = (id, then) => byId(id).addEventListener("change", (event) => change(then(event.target.value)));
  chosen("metric", (value) => ({ metric: value }));
  chosen("quarter", (value) => ({ quarter: Number(value) }));
  chosen("from", (value) => ({ from: Number(value) }));
  chosen("to", (value) => ({ to: Number(value) }));
  chosen("language", (value) => ({ language: value }));
  for (const box of document.querySelectorAll("[name=view]")) {
    box.addEventListener("change", () => change({ view: box.value }));
  }
  byId("whole").addEventListener("click", () => change({ from: 0, to: last }));
  byId("save").addEventListener("click", save);
  byId("choices").addEventListener("submit", (event) => event.preventDefault());
  const start = () => { state = read(); write(); show(); };
  addEventListener("hashchange", start);
  start();
})();
