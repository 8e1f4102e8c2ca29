/* Draws what the server sends and tells it what was clicked. Pictures carry their colours with them, to be saved. */
(function () {
  "use strict";
  const ACCENT = "#0b6e69", INK = "#1f2937", GREY = "#9aa3af", FAINT = "#e3e7ec", WARM = "#c2571a";
  const PINS = ["#c2571a", "#5b5ea6", "#8a6d00", "#7a7f87"];
  const LABEL = 22; /* letters of a line beside a node */
  const NS = "http://www.w3.org/2000/svg";
  const $ = (id) => document.getElementById(id);
  const say = (name, value) => window.Shiny.setInputValue("at_" + name, value, { priority: "event" });
  const font = "system-ui, 'Noto Sans', 'Noto Sans Arabic', sans-serif";
  const formats = {};
  let words = [], world = null, now = null, circles = [], tiles = [], picture = {}, forecast = null, room = "world";

  function number(value, most, least = most) { /* as the page's language writes it */
    const key = `${most} ${least}`;
    formats[key] ??= new Intl.NumberFormat($("app").dataset.locale, { maximumFractionDigits: most, minimumFractionDigits: least });
    return formats[key].format(Number(value.toFixed(most)) + 0).replace("-", "\u2212"); /* no minus before a zero */
  }
  function quarterly(text) { /* 2027Q4 as the page's language writes it; all else as it is */
    const found = /^(\d{4})Q([1-4])$/.exec(text);
    return found ? $("app").dataset.quarters.split("|")[found[2] - 1].replace("2000", found[1]) : text;
  }
  const alone = (text) => `\u2068${text}\u2069`; /* a name keeps the direction of its own letters */
  function lines(name, wide, most = 2) { /* broken between words */
    const found = [""];
    for (const word of name.split(" ")) {
      if (found.at(-1) && found.at(-1).length + word.length >= wide) found.push("");
      found.push(`${found.pop()} ${word}`.trim());
    }
    const cut = (text) => (text.length > wide ? text.slice(0, wide - 1) + "…" : text);
    return (found.length > most ? [...found.slice(0, most - 1), found[most - 1] + "…"] : found).map(cut);
  }
  function draw(name, attributes, parent, text) {
    const made = document.createElementNS(NS, name);
    for (const key in attributes) made.setAttribute(key, attributes[key]);
    if (text !== undefined) made.textContent = text;
    if (parent) parent.appendChild(made);
    return made;
  }
  function canvas(parent, box, label) {
    return draw("svg", { xmlns: NS, viewBox: box.join(" "), role: "img", "aria-label": label, "font-family": font,
      "font-size": 11, fill: INK, direction: "ltr" }, parent);
  }

  /* --- the world: drawn once, then only lines and colours change */
  function layout(told) {
    world = told;
    $("time").min = told.first;
    $("time").max = told.last;
    const place = $("world-picture");
    place.replaceChildren();
    const R = 300;
    told.nodes.forEach((node) => {
      node.x = R * node.radius * Math.cos(node.angle);
      node.y = -R * node.radius * Math.sin(node.angle);
    });
    network(place, R);
    map(place);
    see(picture.seen || "network");
    let list = $("actors");
    if (!list) { list = document.createElement("datalist"); list.id = "actors"; document.body.appendChild(list); }
    list.replaceChildren(...told.nodes.map((node) => new Option(node.name, node.id)));
  }
  function network(place, R) {
    const svg = canvas(place, [-410, -360, 820, 720], $("see-network").textContent);
    picture.network = svg;
    world.arcs.forEach((arc) => {
      const at = (turn, radius) => [radius * Math.cos(turn), -radius * Math.sin(turn)];
      const [x0, y0] = at(arc.from, R + 12), [x1, y1] = at(arc.to, R + 12);
      const large = arc.from - arc.to > Math.PI ? 1 : 0;
      draw("path", { d: `M${x0} ${y0}A${R + 12} ${R + 12} 0 ${large} 1 ${x1} ${y1}`, stroke: arc.colour,
        "stroke-width": 3, fill: "none", opacity: 0.8 }, svg);
      const [x, y] = at((arc.from + arc.to) / 2, R + 44);
      draw("text", { x, y, "text-anchor": Math.abs(x) < 60 ? "middle" : x > 0 ? "start" : "end", "font-size": 14,
        "font-weight": 600, fill: "#4b5563", "dominant-baseline": "middle" }, svg, arc.name);
    });
    picture.lines = ["others", "one", "two", "three", "own1", "own2", "own3"].map((name, k) => draw("path", {
      fill: "none", stroke: k > 3 ? ACCENT : k ? "#6b7280" : GREY,
      "stroke-width": [0.5, 0.8, 1.4, 2.2, 1.2, 2.2, 3.4][k], opacity: [0.1, 0.35, 0.45, 0.6, 0.85, 0.9, 0.95][k],
    }, svg));
    for (const [kind, turn] of Object.entries(world.rings)) draw("text", { x: 0.44 * R * Math.cos(turn), y: -0.44 * R * Math.sin(turn),
      "text-anchor": Math.abs(Math.cos(turn)) < 0.3 ? "middle" : Math.cos(turn) > 0 ? "end" : "start", "font-size": 11, fill: "#5b6470", "font-style": "italic", stroke: "white", "stroke-width": 4, "paint-order": "stroke" }, svg, world.kinds[kind]);
    circles = world.nodes.map((node) => {
      const state = node.kind === "state";
      const mark = draw(state ? "circle" : "rect", { fill: node.colour, stroke: "white", "stroke-width": 0.6,
        "data-actor": node.id, style: "cursor: pointer" }, svg);
      draw("title", {}, mark, `${node.name} · ${world.kinds[node.kind]}`);
      return mark;
    });
    picture.labels = draw("g", { "font-size": 11, "pointer-events": "none" }, svg);
    picture.ring = draw("circle", { fill: "none", stroke: ACCENT, "stroke-width": 2.4, r: 9 }, svg);
  }
  function map(place) {
    const own = world.nodes.filter((node) => node.tile), side = 28;
    const right = Math.max(...own.map((node) => node.tile[0])), low = Math.max(...own.map((node) => node.tile[1]));
    const svg = canvas(place, [-4, -4, (right + 1) * side + 8, (low + 1) * side + 8], $("see-map").textContent);
    picture.map = svg;
    tiles = world.nodes.map((node) => {
      if (!node.tile) return null;
      const group = draw("g", { "data-actor": node.id, style: "cursor: pointer" }, svg);
      const x = node.tile[0] * side, y = node.tile[1] * side;
      draw("rect", { x, y, width: side - 2, height: side - 2, rx: 4, stroke: FAINT, "stroke-width": 1 }, group);
      draw("text", { x: x + side / 2 - 1, y: y + side / 2 + 3, "text-anchor": "middle", "font-size": 9.5 }, group, node.id);
      draw("title", {}, group, node.name);
      return group;
    });
  }
  function curve(a, b) { /* towards the middle, the more the farther apart */
    const pull = 0.35;
    return `M${a.x.toFixed(1)} ${a.y.toFixed(1)}Q${(pull * (a.x + b.x) / 2).toFixed(1)} ${(pull * (a.y + b.y) / 2).toFixed(1)} ${b.x.toFixed(1)} ${b.y.toFixed(1)}`;
  }
  function quarter(told) {
    now = told;
    $("time").value = told.k;
    $("when").textContent = told.when;
    if (!world) return;
    const paths = Array.from({ length: 7 }, () => []), partners = new Set();
    for (let k = 0; k < told.edges.length; k += 3) {
      const i = told.edges[k], j = told.edges[k + 1], depth = told.edges[k + 2];
      const a = world.nodes[i], b = world.nodes[j], own = i === told.actor || j === told.actor;
      if (own) partners.add(i === told.actor ? j : i);
      paths[own ? 3 + depth : a.kind === "state" && b.kind === "state" ? depth : 0].push(curve(a, b));
    }
    paths.forEach((parts, k) => picture.lines[k].setAttribute("d", parts.join("")));
    circles.forEach((mark, k) => {
      const node = world.nodes[k], size = 2.2 + 0.9 * Math.sqrt(told.counts[k]);
      if (node.kind === "state") { mark.setAttribute("cx", node.x); mark.setAttribute("cy", node.y); mark.setAttribute("r", size); }
      else {
        mark.setAttribute("x", node.x - size); mark.setAttribute("y", node.y - size);
        mark.setAttribute("width", 2 * size); mark.setAttribute("height", 2 * size);
      }
      mark.setAttribute("opacity", partners.has(k) || k === told.actor || told.counts[k] ? 1 : 0.35);
    });
    const chosen = world.nodes[told.actor];
    picture.ring.setAttribute("cx", chosen.x); picture.ring.setAttribute("cy", chosen.y);
    name(told, partners);
    colour(told);
  }
  function name(told, partners) { /* the chosen one, its partners, the busiest: no name over another */
    picture.labels.replaceChildren();
    const rank = (k) => (k === told.actor ? 1e6 : partners.has(k) ? 1e3 : 0) + told.counts[k];
    const order = world.nodes.map((_, k) => k).filter((k) => rank(k) > 4).sort((a, b) => rank(b) - rank(a));
    const taken = [];
    for (const k of order.slice(0, 90)) {
      const node = world.nodes[k], out = node.radius > 0.9 ? 10 : 12, length = Math.hypot(node.x, node.y) || 1;
      const full = k === told.actor || node.kind !== "state" ? node.name : node.id;
      const shown = lines(full, LABEL, 3), high = 6 * shown.length;
      const right = node.x >= 0, wide = 7 * Math.max(...shown.map((line) => line.length)), lift = node.radius > 0.9 ? out : 8;
      let x = node.x * (1 + lift / length), y = node.y * (1 + lift / length);
      if (node.radius > 0.9) { x = node.x * (1 + 20 / length); y = node.y * (1 + 20 / length); }
      const box = [right ? x : x - wide, y - high, right ? x + wide : x, y + high];
      if (taken.some((t) => box[0] < t[2] && box[2] > t[0] && box[1] < t[3] && box[3] > t[1])) continue;
      if (node.kind !== "state" && !partners.has(k) && k !== told.actor) continue;
      taken.push(box);
      const strong = k === told.actor || partners.has(k);
      const text = draw("text", { "text-anchor": right ? "start" : "end", fill: strong ? INK : "#6b7280",
        "font-weight": k === told.actor ? 700 : strong ? 600 : 400, "font-size": k === told.actor ? 13 : 10.5,
        stroke: "white", "stroke-width": 3, "paint-order": "stroke" }, picture.labels);
      shown.forEach((line, n) => draw("tspan", { x, y: y + 10 + 12 * n - high }, text, alone(line)));
    }
  }
  function shade(share) { /* from nearly white to deep teal, even in lightness */
    const stops = [[240, 246, 245], [126, 188, 181], [11, 110, 105], [3, 50, 48]];
    const place = Math.min(Math.max(share, 0), 1) * 3, k = Math.min(Math.floor(place), 2), t = place - k;
    return stops[k].map((value, c) => Math.round(value + t * (stops[k + 1][c] - value)));
  }
  function colour(told) {
    tiles.forEach((group, k) => {
      if (!group) return;
      const value = told.values[k], [box, text] = group.children, own = k === told.actor;
      const rgb = value === null ? [255, 255, 255] : shade(told.top ? value / told.top : 0);
      box.setAttribute("fill", `rgb(${rgb})`);
      box.setAttribute("stroke", own ? WARM : FAINT);
      box.setAttribute("stroke-width", own ? 3 : 1);
      text.setAttribute("fill", rgb[1] < 150 ? "white" : INK);
      text.setAttribute("font-weight", own ? 700 : 400);
      group.querySelector("title").textContent = `${world.nodes[k].name}${value === null ? "" : ": " + number(value, 3, 0)}`;
    });
    key();
  }
  function key() {
    const place = $("key"), many = picture.seen === "map";
    place.replaceChildren();
    place.dir = many ? "ltr" : ""; /* as its strip of colours runs */
    if (many) {
      const strip = document.createElement("span");
      strip.className = "strip";
      strip.style.background = `linear-gradient(to right, ${[0, 0.33, 0.66, 1].map((s) => `rgb(${shade(s)})`)})`;
      place.append("0 ", strip, ` ${now ? number(now.top, 3, 0) : ""}`);
    } else {
      for (const [label, tone] of world.regions) {
        const mark = document.createElement("i"), entry = document.createElement("span");
        mark.style.background = tone;
        entry.append(mark, label);
        place.append(entry);
      }
    }
  }
  function find(text) { /* an actor by its name or id */
    const node = world && world.nodes.find((one) => one.id === text || one.name.toLowerCase() === text.toLowerCase());
    if (node) { say("actor", node.id); $("find").value = ""; }
  }
  function see(which) {
    picture.seen = which;
    if (picture.network) {
      picture.network.style.display = which === "network" ? "" : "none";
      picture.map.style.display = which === "map" ? "" : "none";
      if (world) key();
    }
    $("shown").closest("label").hidden = which !== "map";
    $("see-network").setAttribute("aria-pressed", which === "network");
    $("see-map").setAttribute("aria-pressed", which === "map");
  }

  /* --- headline numbers, each with its path */
  function headline(told) {
    const place = $("headline");
    place.replaceChildren(...told.map((entry) => {
      const card = document.createElement("div"), head = document.createElement("span"), big = document.createElement("b");
      head.textContent = entry.label;
      head.title = entry.unit;
      big.textContent = entry.value;
      const change = document.createElement("em");
      change.textContent = entry.change && !/^[+−-]?0([.,]0+)?$/.test(entry.change) ? entry.change : "";
      change.title = words[4];
      card.append(head, big, change);
      const svg = canvas(card, [0, 0, 120, 34], entry.label), both = [...entry.path, ...entry.before];
      const top = Math.max(...both, 1e-9), low = Math.min(...both, 0);
      const line = (path, tone, width) => path.length && draw("path", { fill: "none", stroke: tone, "stroke-width": width,
        d: path.map((v, k) => `${k ? "L" : "M"}${(2 + 116 * k / Math.max(world ? world.last : 44, 1)).toFixed(1)} ${(31 - 28 * (v - low) / (top - low)).toFixed(1)}`).join("") }, svg);
      draw("line", { x1: 2, x2: 118, y1: 32, y2: 32, stroke: FAINT }, svg);
      line(entry.before, "#b3bac4", 2);
      line(entry.path, ACCENT, 2);
      const k = entry.path.length - 1;
      draw("circle", { r: 2.6, fill: ACCENT, cx: 2 + 116 * k / Math.max(world ? world.last : 44, 1), cy: 31 - 28 * (entry.path[k] - low) / (top - low) }, svg);
      return card;
    }));
  }

  /* --- sliders: they follow the scenario, not the other way round */
  function sliders(told) {
    document.querySelectorAll("input[data-key]").forEach((slider) => {
      const row = told.rows[slider.dataset.key], label = slider.closest("label");
      if (document.activeElement !== slider || !slider.dataset.held) slider.value = row.value === null ? slider.min : row.value;
      label.querySelector("output").textContent = row.text + (row.drawn ? ` (${words[2]})` : "");
      label.classList.toggle("own", row.own);
    });
    if (document.activeElement !== $("yaml")) $("yaml").value = told.yaml;
    $("focal").value = told.focal;
    $("base").value = told.base;
    $("notebook").hidden = !told.notebook;
  }

  /* --- pictures to keep */
  function save(kind, place) {
    const svg = Array.from($(place).querySelectorAll("svg")).find((one) => one.style.display !== "none");
    if (!svg) return;
    const box = svg.viewBox.baseVal, text = new XMLSerializer().serializeToString(svg);
    const keep = (url) => { const link = document.createElement("a"); link.href = url; link.download = `wifaq.${kind}`; link.click(); };
    if (kind === "svg") { keep("data:image/svg+xml;charset=utf-8," + encodeURIComponent(text)); return; }
    const image = new Image();
    image.onload = () => {
      const page = document.createElement("canvas"), pen = page.getContext("2d");
      page.width = 2 * box.width; page.height = 2 * box.height;
      pen.fillStyle = "white"; pen.fillRect(0, 0, page.width, page.height);
      pen.drawImage(image, 0, 0, page.width, page.height);
      keep(page.toDataURL("image/png"));
    };
    const sized = svg.cloneNode(true);
    sized.setAttribute("width", box.width); sized.setAttribute("height", box.height);
    image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(new XMLSerializer().serializeToString(sized));
  }

  function address(told) {
    history.replaceState(null, "", `?room=${room}&${told.search}`);
    $("link").disabled = !told.whole;
    $("link").title = told.whole ? "" : words[7];
  }
  function start(told) {
    $("shown").value = told.shown;
    $("replicate").value = told.replicate;
    if (told.room) document.querySelector(`a[data-value="${CSS.escape(told.room)}"]`)?.click();
  }
  const takes = {
    layout, quarter, headline, levers: sliders, address, start,
    texts: (told) => { for (const id in told) $(id).innerHTML = told[id]; },
    busy: (on) => { $("busy").classList.toggle("on", on); document.body.setAttribute("aria-busy", on); },
    faults: (lines) => { $("faults").textContent = lines.join("\n"); },
    verdict: (text) => { $("verdict").textContent = text; },
    playing: (on) => { $("play").dataset.on = on ? "1" : ""; $("play").textContent = words[on ? 1 : 0]; },
  };

  function listen() {
    words = $("app").dataset.words.split("|");
    document.documentElement.dir = $("app").dir;
    const press = (id, act) => $(id).addEventListener("click", act);
    press("step", () => say("step", Date.now()));
    press("first", () => say("time", 0));
    press("back", () => say("time", Math.max(0, (now ? now.k : 0) - 1)));
    press("play", () => { const on = !$("play").dataset.on; takes.playing(on); say("play", on); });
    press("see-network", () => see("network"));
    press("see-map", () => see("map"));
    press("reset", () => say("reset", Date.now()));
    const most = Number($("app").dataset.most);
    const short = (bytes) => { if (bytes > most) takes.verdict(words[8]); return bytes <= most; };
    press("apply", () => { if (short(new Blob([$("yaml").value]).size)) say("yaml", $("yaml").value); });
    document.addEventListener("change", (event) => { /* before Shiny sends a file that would be refused */
      if (event.target.id !== "upload" || short(event.target.files[0]?.size ?? 0)) return;
      event.stopImmediatePropagation();
      event.target.value = "";
    }, true);
    press("link", async () => {
      try { await navigator.clipboard.writeText(location.href); $("said").textContent = words[5]; }
      catch { $("said").textContent = `${words[3]} ${location.href}`; } /* a frame may not copy */
    });
    $("find").addEventListener("change", (event) => find(event.target.value));
    for (const id of ["base", "focal", "shown", "replicate", "time"]) $(id).addEventListener("change", (event) => say(id, event.target.value));
    document.addEventListener("input", (event) => {
      if (event.target.matches("input[data-key]")) {
        event.target.dataset.held = "1";
        event.target.closest("label").querySelector("output").textContent = number(Number(event.target.value), 2);
      }
    });
    document.addEventListener("change", (event) => {
      const own = event.target.dataset.poke;
      if (own) say("poke", { what: own, actor: event.target.dataset.whose, value: Number(event.target.value) });
      if (event.target.matches("input[data-key]")) {
        delete event.target.dataset.held;
        say("change", { key: event.target.dataset.key, value: Number(event.target.value) });
      }
    });
    document.addEventListener("dblclick", (event) => { /* back to what the base says */
      const key = event.target.closest?.("label.lever")?.querySelector("input").dataset.key;
      if (key) say("change", { key, value: null });
    });
    document.addEventListener("click", (event) => {
      const actor = event.target.closest("[data-actor]"), kept = event.target.closest("[data-save]");
      if (actor) say("actor", actor.dataset.actor);
      if (kept) save(kept.dataset.save, kept.dataset.of);
      const tab = event.target.closest("a[data-value]");
      if (tab) {
        room = tab.dataset.value;
        const told = new URLSearchParams(location.search);
        told.set("room", room);
        history.replaceState(null, "", "?" + told);
      }
    });
    window.Shiny.addCustomMessageHandler("wifaq", (message) => { const take = takes[message.what]; if (take) take(message.told); });
    window.wifaq = { takes, alone, lines, draw, canvas, number, quarterly, say, $, words, tones: { ACCENT, INK, GREY, FAINT, PINS } };
  }
  const ready = () => {
    listen();
    const hello = () => say("hello", location.search || "?");
    if (window.Shiny.shinyapp?.config?.sessionId) hello();
    else window.jQuery(document).one("shiny:sessioninitialized", hello);
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", ready);
  else ready();
})();
