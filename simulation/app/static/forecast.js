/* The rooms beside the world: fans over fans, differences, progress, folders. */
(function () {
  "use strict";
  const { takes, alone, lines, draw, canvas, number, quarterly, say, $, words, tones } = window.wifaq;
  let told = null;
  const year = (quarter) => Number(quarter.slice(0, 4)) + Number(quarter.slice(5)) / 4;
  const tone = (k) => (k ? tones.PINS[(k - 1) % tones.PINS.length] : tones.ACCENT);

  function ticks(low, high) {
    const raw = (high - low) / 4 || 1, unit = 10 ** Math.floor(Math.log10(raw));
    const step = [1, 2, 2.5, 5, 10].map((m) => m * unit).find((s) => s >= raw), found = [];
    for (let v = Math.ceil(low / step - 1e-9) * step; v <= high + step * 1e-9; v += step) found.push(Number(v.toPrecision(6)));
    return found;
  }
  function frame(place, title, unit, times, low, high) {
    place.replaceChildren();
    const W = Math.max(320, Math.min(760, place.clientWidth || 720)), H = 360, left = 44, right = W < 500 ? 118 : 150, top = 44, bottom = 28;
    const svg = canvas(place, [0, 0, W, H], title);
    const x = (t) => left + (W - left - right) * (t - times[0]) / (times[1] - times[0] || 1);
    const y = (v) => H - bottom - (H - top - bottom) * (v - low) / (high - low || 1);
    draw("text", { x: 0, y: 16, "font-size": 16, "font-weight": 650 }, svg, title);
    draw("text", { x: 0, y: 33, "font-size": 12, fill: "#5b6470" }, svg, unit);
    for (const v of ticks(low, high)) {
      draw("line", { x1: left, x2: W - right, y1: y(v), y2: y(v), stroke: v === 0 ? tones.GREY : tones.FAINT }, svg);
      draw("text", { x: left - 6, y: y(v) + 4, "text-anchor": "end", fill: "#5b6470" }, svg, number(v, 6, 0));
    }
    for (let t = Math.ceil(times[0]); t <= times[1]; t += Math.max(1, Math.round((times[1] - times[0]) / (W < 500 ? 4 : 6))))
      draw("text", { x: x(t), y: H - 8, "text-anchor": "middle", fill: "#5b6470" }, svg, t);
    return { svg, x, y, W, right };
  }
  const path = (xs, ys) => xs.map((t, k) => `${k ? "L" : "M"}${t.toFixed(1)} ${ys[k].toFixed(1)}`).join("");
  const area = (xs, up, down) => path(xs, up) + "L" + path([...xs].reverse(), [...down].reverse()).slice(1) + "Z";

  function ends(pen, labels) { /* names at the ends of curves, moved apart */
    labels.sort((a, b) => a.y - b.y);
    labels.forEach((label, k) => { if (k) label.y = Math.max(label.y, labels[k - 1].y + 43); });
    const over = labels.length ? labels[labels.length - 1].y - 318 : 0;
    labels.forEach((label) => {
      if (over > 0) label.y -= over;
      const x = pen.W - pen.right + 8, wide = Math.floor((pen.right - 12) / 5.8);
      const text = draw("text", { x, y: label.y, fill: label.tone, "font-weight": 600, "font-size": 12 }, pen.svg, label.value);
      for (const line of lines(label.name, wide)) draw("tspan", { x, dy: 13, "font-weight": 400, "font-size": 11 }, text, alone(line));
      draw("title", {}, text, label.name);
    });
  }
  function fan() {
    if (!told) return;
    const metric = told.metrics[$("metric").value] || Object.values(told.metrics)[0];
    $("fan").parentElement.classList.toggle("one", !metric.differences.length); /* before any place is measured */
    const all = metric.runs.flatMap((run) => [...run.q95, ...run.q05]);
    const low = Math.min(0, ...all), high = metric.index ? 1 : Math.max(...all, 1e-6) * 1.03;
    const times = metric.runs.map((run) => run.quarters.map(year)), span = [Math.min(...times.flat()), Math.max(...times.flat())];
    const pen = frame($("fan"), metric.title, metric.unit, span, low, high), labels = [], means = [];
    [...metric.runs.keys()].reverse().forEach((k) => {
      const run = metric.runs[k], xs = times[k].map(pen.x), ys = (band) => run[band].map(pen.y);
      draw("path", { d: area(xs, ys("q95"), ys("q05")), fill: tone(k), opacity: k ? 0.1 : 0.16 }, pen.svg);
      draw("path", { d: area(xs, ys("q75"), ys("q25")), fill: tone(k), opacity: k ? 0.14 : 0.26 }, pen.svg);
      means.push({ d: path(xs, ys("mean")), fill: "none", stroke: tone(k), "stroke-width": 2.5 });
      const last = run.mean.length - 1, digits = metric.index ? 2 : 1;
      labels.push({ y: pen.y(run.mean[last]), tone: tone(k), name: run.name,
        value: `${number(run.mean[last], digits)} (${number(run.q05[last], digits)}–${number(run.q95[last], digits)})` });
    });
    means.forEach((line) => draw("path", line, pen.svg));
    ends(pen, labels);
    point(pen, metric.runs[0], times[0], metric.index);
    difference(metric, span);
    $("bands").textContent = told.note;
  }
  function point(pen, run, times, index) { /* numbers under the pointer */
    const mark = draw("g", { visibility: "hidden" }, pen.svg);
    const line = draw("line", { y1: 44, y2: 332, stroke: tones.GREY, "stroke-dasharray": "3 3" }, mark);
    const text = draw("text", { y: 42, "font-size": 12, "font-weight": 600 }, mark);
    pen.svg.addEventListener("pointermove", (event) => {
      const box = pen.svg.getBoundingClientRect(), at = (event.clientX - box.left) * pen.W / box.width;
      const k = times.reduce((best, t, n) => (Math.abs(pen.x(t) - at) < Math.abs(pen.x(times[best]) - at) ? n : best), 0);
      const x = pen.x(times[k]);
      mark.setAttribute("visibility", "visible");
      line.setAttribute("x1", x); line.setAttribute("x2", x);
      text.setAttribute("x", x); text.setAttribute("text-anchor", x > pen.W / 2 ? "end" : "start");
      const digits = index ? 3 : 2;
      text.textContent = `${quarterly(run.quarters[k])}: ${number(run.mean[k], digits)} (${number(run.q05[k], digits)}–${number(run.q95[k], digits)})`;
    });
    pen.svg.addEventListener("pointerleave", () => mark.setAttribute("visibility", "hidden"));
  }
  function difference(metric, span) {
    const place = $("difference");
    place.replaceChildren();
    if (!metric.differences.length) return;
    const all = metric.differences.flatMap((one) => [...one.low, ...one.high, ...one.difference]).filter((v) => v !== null);
    const low = Math.min(0, ...all), high = Math.max(0, ...all), pad = (high - low) * 0.05 || 0.1;
    const pen = frame(place, metric.contrast, metric.unit, span, low - pad, high + pad), labels = [];
    metric.differences.forEach((one, k) => {
      const xs = one.quarter.map((q) => pen.x(year(q)));
      if (one.low[0] !== null || one.low.some((v) => v !== null))
        draw("path", { d: area(xs, one.high.map((v, n) => pen.y(v ?? one.difference[n])), one.low.map((v, n) => pen.y(v ?? one.difference[n]))), fill: tone(k + 1), opacity: 0.18 }, pen.svg);
      draw("path", { d: path(xs, one.difference.map(pen.y)), fill: "none", stroke: tone(k + 1), "stroke-width": 2.5 }, pen.svg);
      const last = one.difference.length - 1, value = one.difference[last];
      labels.push({ y: pen.y(value), tone: tone(k + 1), name: `− ${one.name}`, value: (value.toFixed(2) > 0 ? "+" : "") + number(value, 2) });
    });
    ends(pen, labels);
  }

  const bare = (value) => (Array.isArray(value) ? value[0] : value); /* what is not whole comes as its number and its text */
  function cell(value) {
    const made = document.createElement("td");
    made.textContent = value === null ? "" : Array.isArray(value) ? value[1] : typeof value === "number" ? number(value, 0) : quarterly(value);
    if (typeof bare(value) === "number") made.className = "number";
    return made;
  }
  takes.table = (message) => { /* sorted by a head that is pressed; numbers as numbers */
    const table = document.createElement("table"), head = table.createTHead().insertRow(), body = table.createTBody();
    const fill = (rows) => body.replaceChildren(...rows.map((row) => { const line = document.createElement("tr"); line.append(...row.map(cell)); return line; }));
    message.columns.forEach((name, k) => {
      const top = document.createElement("th"), button = document.createElement("button");
      if (message.rows.some((row) => typeof bare(row[k]) === "number")) top.className = "number";
      top.scope = "col"; button.type = "button"; button.className = "sort"; button.textContent = name;
      button.addEventListener("click", () => {
        const way = top.getAttribute("aria-sort") === "descending" ? 1 : -1;
        head.querySelectorAll("th").forEach((other) => other.removeAttribute("aria-sort"));
        top.setAttribute("aria-sort", way > 0 ? "ascending" : "descending");
        const empty = (v) => v === null || v === "";
        fill([...message.rows].sort((one, other) => {
          const a = bare(one[k]), b = bare(other[k]);
          return empty(a) || empty(b) ? empty(a) - empty(b)
            : way * (typeof a === "number" ? a - b : String(a).localeCompare(String(b), document.documentElement.lang));
        }));
      });
      top.append(button);
      head.append(top);
    });
    fill(message.rows);
    $(message.name).replaceChildren(table);
  };

  const rooms = { forecast: ["run", "cancel", "progress", "done"], opportunities: ["look", "stop", "looked", "told"] };
  takes.forecast = (message) => {
    told = message;
    $("pin").disabled = !(message?.own && message.free);
    $("unpin").disabled = !message?.pins;
    $("lost").textContent = message ? message.lost.join("\n") : "";
    if (!message) { $("bands").textContent = ""; for (const place of ["fan", "difference"]) $(place).replaceChildren(); return; }
    for (const option of $("metric").options) option.hidden = !(option.value in told.metrics);
    fan();
  };
  takes.job = (state) => {
    const [start, stop, bar, text] = rooms[state.room];
    $(start).disabled = state.on;
    $(stop).disabled = !state.on;
    $(bar).value = state.on ? state.share : 0;
    if (state.text !== null) $(text).textContent = state.text;
  };
  takes.clear = (names) => { for (const name of names) $(name).replaceChildren(); };
  takes.folders = (names) => {
    $("folder").replaceChildren(new Option(words[6], ""), ...names.map((name) => new Option(name, name)));
  };
  $("metric").addEventListener("change", fan);
  let wide = 0;
  new ResizeObserver(() => { /* letters keep their size: pictures are as wide as their place */
    const now = $("fan").clientWidth;
    if (told && now && now !== wide) { wide = now; requestAnimationFrame(fan); }
  }).observe($("fan").parentElement);
  document.addEventListener("click", (event) => { /* tables of a run that is not there */
    if (told?.own || !event.target.closest("#forecast_csv, #forecast_xlsx")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    $("done").textContent = words[9];
  }, true);
  const press = (id, act) => $(id).addEventListener("click", act);
  press("run", () => say("run", Number($("count").value)));
  press("cancel", () => say("cancel", Date.now()));
  press("pin", () => say("pin", Date.now()));
  press("unpin", () => say("pin", 0));
  press("look", () => say("look", Number($("pairs").value)));
  press("stop", () => say("stop", Date.now()));
  $("folder").addEventListener("change", (event) => say("folder", event.target.value));
})();
