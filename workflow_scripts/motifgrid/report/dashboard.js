"use strict";

// Pixels of a band: its caption, what it shows, and the gap below.
const CAPTION = 20, STRIP = 46, LANE = 20, GAP = 8;
// Letters take the place of bars where a nucleotide has this many pixels.
const LEGIBLE = 5;
// Ends of the two diverging palettes; both meet in white. Safe for the colour-blind, and the same as
// the swatches of the key.
const SIGNED = [[0, 114, 178], [213, 94, 0]];
const TEMPORAL = [[33, 102, 172], [178, 24, 43]];
// Part of a colour that the smallest value still has, so that every bar is seen on white.
const PALEST = 0.35;
const PADDING_OF_AXES = 62;

const element = (id) => document.getElementById(id);

// ------------------------------------------------------------------------------ what the page holds

async function unpack(id) {
  const bytes = Uint8Array.from(atob(element(id).textContent), (letter) => letter.charCodeAt(0));
  const packed = new Blob([bytes]);
  return new Response(packed.stream().pipeThrough(new DecompressionStream("gzip"))).text();
}

function readValues(strip, number) {
  const row = strip.numbers.indexOf(number);
  return strip.parts[row]?.map((part) => (part / data.parts) * strip.largest[row]);
}

// ------------------------------------------------------------------------------------- what is shown

function readAddress() {
  const given = new URLSearchParams(location.hash.slice(1));
  const asked = data.classes.find((each) => each.name === given.get("class"));
  const shown = asked ?? data.classes[0];
  const number = Number(given.get("sequence"));
  const named = shown.sequences.find((each) => given.has("sequence") && each.number === number);
  const network = data.architectures.find((each) => each.name === given.get("architecture"));
  const missing = [
    given.has("class") && !asked && `class ${given.get("class")}`,
    given.has("sequence") && !named && `sequence ${given.get("sequence")}`,
    given.has("architecture") && !network && `network ${given.get("architecture")}`,
  ].filter(Boolean);
  const ends = [given.get("from"), given.get("to")].map((text) => (text ? Number(text) : NaN));
  return {
    missing,
    shown,
    sequence: named ?? shown.sequences[0],
    architecture: network?.name ?? "",
    view: ends[0] < ends[1] ? ends : null,
  };
}

function writeAddress() {
  const { shown, sequence, architecture } = state;
  const address = new URLSearchParams({ class: shown.name, sequence: sequence.number });
  if (architecture) address.set("architecture", architecture);
  if (!isWhole()) {
    address.set("from", Math.round(view.start));
    address.set("to", Math.round(view.end));
  }
  // inside a report the page has no address of its own
  if (location.protocol !== "data:") history.replaceState(null, "", `#${address}`);
}

const isWhole = () => view.start <= 0 && view.end >= state.sequence.letters.length;
const isChosen = (entry) => !state.architecture || entry.architecture === state.architecture;
const isOf = (strip, hit) => hit.readout === strip.readout && hit.architecture === strip.architecture;
const titleOf = (name) => data.architectures.find((each) => each.name === name).title;
const isTrue = (text) => text === "True" || Number(text) > 0;

function probabilityOf(architecture) {
  return state.sequence.hits.find((hit) => hit.architecture === architecture)?.probability;
}

// ----------------------------------------------------------------------------------- words and tables

function make(tag, text = "", classes = "") {
  const made = document.createElement(tag);
  made.textContent = text;
  if (classes) made.className = classes;
  return made;
}

function fillSelect(id, entries, chosen) {
  element(id).replaceChildren(
    ...entries.map(([value, text]) => new Option(text, value, false, String(value) === String(chosen))),
  );
}

function showControls() {
  const { shown, sequence, architecture } = state;
  fillSelect("class", data.classes.map((each) => [each.name, each.name]), shown.name);
  fillSelect(
    "sequence",
    shown.sequences.map((each) => [each.number, each.place ? `${each.number}, ${each.place}` : each.number]),
    sequence.number,
  );
  const networks = data.architectures.map((each) => [each.name, each.title]);
  fillSelect("architecture", [["", `all ${networks.length}`], ...networks], architecture);
  const place = shown.sequences.indexOf(sequence);
  element("previous").disabled = place === 0;
  element("next").disabled = place === shown.sequences.length - 1;
  const networkText = architecture ? titleOf(architecture) : "all networks";
  const placeText = sequence.place ? ` (${sequence.place})` : "";
  element("status").textContent =
    `Sequence ${sequence.number}${placeText} of class ${shown.name}, ${networkText}`;
}

function showScores() {
  element("scores").replaceChildren(
    ...data.architectures.map(({ name, title }) => {
      const item = make("li", `${title} `, name === state.architecture ? "chosen" : "");
      const probability = probabilityOf(name);
      item.append(probability === undefined ? "not read" : make("b", probability));
      item.dataset.architecture = name;
      return item;
    }),
  );
}

function showLogos() {
  let optima = 0;
  for (const logos of document.querySelectorAll(".logos")) {
    const { architecture } = logos.dataset;
    const chosen = !architecture || isChosen({ architecture });
    logos.hidden = logos.dataset.class !== state.shown.name || !chosen;
    if (architecture && !logos.hidden) optima += 1;
  }
  element("optima").hidden = optima === 0;
}

const HEADS = [
  "Network", "Readout", "Probability", "Start", "End", "k-mer", "Score", "Best match", "Class's motif",
  "At a true site",
];

function answer(text) {
  return text === "" ? "not known" : isTrue(text) ? "yes" : "no";
}

function showHits() {
  const rows = state.sequence.hits.map((hit) => {
    const row = make("tr", "", isChosen(hit) ? "" : "aside");
    row.dataset.architecture = hit.architecture;
    row.dataset.readout = hit.readout;
    const match = hit.target ? `${hit.target_name} ${hit.target}`.trim() : "none";
    row.append(
      make("td", titleOf(hit.architecture)),
      make("td", hit.readout),
      ...[hit.probability, hit.start, hit.end].map((text) => make("td", text, "number")),
      make("td", hit.kmer, "kmer"),
      make("td", hit.score, "number"),
      make("td", match),
      make("td", answer(hit.relevant)),
      make("td", answer(hit.at_site)),
    );
    return row;
  });
  const head = make("tr");
  head.append(...HEADS.map((text) => make("th", text)));
  if (!rows.length) rows.push(make("tr", "No readout found a k-mer in this sequence."));
  element("hits").replaceChildren(head, ...rows);
}

function showImplants() {
  const { implants } = state.sequence;
  element("implants-section").hidden = implants === null;
  for (const key of document.querySelectorAll(".of-implants")) key.hidden = implants === null;
  if (implants === null) return;
  const head = make("tr");
  head.append(...["Class", "Motif", "Start", "End", "Strand"].map((text) => make("th", text)));
  const rows = implants.map((implant) => {
    const row = make("tr");
    row.append(
      ...["name", "identifier", "start", "end", "strand"].map((key) => make("td", implant[key])),
    );
    return row;
  });
  if (!rows.length) rows.push(make("tr", "Nothing was implanted in this sequence."));
  element("implants").replaceChildren(head, ...rows);
}

const covers = (entry, position) => entry.start <= position && position < entry.end;
const readPlace = (hit) => ({ ...hit, start: Number(hit.start), end: Number(hit.end) });
const isOwn = (hit) => isTrue(hit.relevant);

function showLetters() {
  const { letters, implants } = state.sequence;
  const hits = state.sequence.hits.filter(isChosen).map(readPlace);
  const marks = [...hits, ...(implants ?? [])];
  const cuts = [...new Set([0, letters.length, ...marks.flatMap(({ start, end }) => [start, end])])];
  cuts.sort((one, other) => one - other);
  const runs = cuts.slice(0, -1).map((start, index) => {
    const end = cuts[index + 1];
    const here = hits.filter((hit) => covers(hit, start));
    const site = (implants ?? []).find((implant) => covers(implant, start));
    const classes = [
      here.length && "hit",
      here.some(isOwn) && "own",
      here.some((hit) => hit.start === start) && "begins",
      here.some((hit) => hit.end === end) && "ends",
    ];
    const run = make("span", letters.slice(start, end), classes.filter(Boolean).join(" "));
    run.title = [
      `${start} to ${end}`,
      ...here.map((hit) => `${hit.readout}, ${titleOf(hit.architecture)}`),
      site && `implanted: ${site.name} ${site.strand}`,
    ].filter(Boolean).join("; ");
    if (!site) return run;
    const ground = make("span", "", site.own ? "implant own" : "implant");
    ground.append(run);
    return ground;
  });
  element("letters").replaceChildren(...runs);
}

// ------------------------------------------------------------------------------------------- the plot

function mix([low, high], part) {
  const strength = PALEST + (1 - PALEST) * Math.min(1, Math.abs(part));
  const channels = (part < 0 ? low : high).map((value) => Math.round(255 + (value - 255) * strength));
  return `rgb(${channels.join(",")})`;
}

function listBands() {
  const { sequence, shown } = state;
  const bands = [];
  let top = 4;
  const add = (band) => {
    bands.push({ ...band, top: top + CAPTION, bottom: top + CAPTION + band.height });
    top += CAPTION + band.height + GAP;
  };
  if (sequence.implants) {
    add({ kind: "implants", height: LANE, caption: "true implants" });
  }
  add({ kind: "sequence", height: LANE, caption: "sequence, hits boxed", hits: sequence.hits });
  for (const strip of shown.strips.filter(isChosen)) {
    const values = readValues(strip, sequence.number);
    if (!values) continue;
    const hits = sequence.hits.filter((hit) => strip.found_by && isOf(strip, hit));
    const probability = probabilityOf(strip.architecture);
    const score = probability === undefined ? "" : `, p = ${probability}`;
    const most = strip.probability ? "" : `, largest ${Math.max(...values.map(Math.abs)).toPrecision(3)}`;
    const caption = `${titleOf(strip.architecture)}: ${strip.name}${score}${most}`;
    const kind = strip.probability ? "probability" : "signed";
    add({ kind, height: STRIP, caption, values, hits, name: `${titleOf(strip.architecture)}: ${strip.name}` });
  }
  return { bands, height: top };
}

// From values to bars: each goes from a baseline to its value, larger ones further up.
function scaleBand(band) {
  const [low, high, base] = band.kind === "probability"
    ? [0, 1, 0.5]
    : [Math.min(0, ...band.values), Math.max(0, ...band.values), 0];
  const place = (value) => band.bottom - ((value - low) / (high - low || 1)) * band.height;
  const most = Math.max(high - base, base - low) || 1;
  const palette = band.kind === "probability" ? TEMPORAL : SIGNED;
  return Array.from(band.values, (value, position) => ({
    position,
    value,
    from: place(base),
    to: place(value),
    base: state.sequence.letters[position],
    colour: mix(palette, (value - base) / most),
    name: band.name,
  }));
}

function listSequenceBars(band) {
  return Array.from(state.sequence.letters, (base, position) => ({
    position,
    base,
    value: null,
    from: band.bottom,
    to: band.top,
    colour: data.colours[base] ?? "#999999",
    name: "sequence",
  }));
}

// Bars of a probability stay bars: how tall one is says nothing of its nucleotide alone.
function listBars(band) {
  if (band.kind === "implants") return [];
  const bars = band.kind === "sequence" ? listSequenceBars(band) : scaleBand(band);
  const letter = band.kind !== "probability";
  return bars.map((bar) => ({ ...bar, letter, ceiling: band.top, floor: band.bottom }));
}

function toColumns(rows, pick) {
  const columns = {};
  for (const key of Object.keys(pick)) columns[key] = rows.map(pick[key]);
  return columns;
}

const PICK_BAR = {
  left: (bar) => bar.position,
  right: (bar) => bar.position + 1,
  top: (bar) => bar.to,
  bottom: (bar) => bar.from,
  ceiling: (bar) => bar.ceiling,
  floor: (bar) => bar.floor,
  colour: (bar) => bar.colour,
  alpha: (bar) => (bar.drawn ? 0 : 1),
  name: (bar) => bar.name,
  position: (bar) => bar.position,
  base: (bar) => bar.base,
  value: (bar) => (bar.value === null ? "" : bar.value.toPrecision(3)),
};
const PICK_BOX = {
  left: (box) => box.start,
  right: (box) => box.end,
  top: (box) => box.top,
  bottom: (box) => box.bottom,
  colour: (box) => box.colour,
};
const PICK_TEXT = { x: (each) => each.x, y: (each) => each.y, text: (each) => each.text };

function boxHits(band) {
  return (band.hits ?? []).filter(isChosen).map(readPlace)
    .map((hit) => ({ ...hit, top: band.top - 2, bottom: band.bottom + 2 }));
}

function boxImplants(band) {
  return (state.sequence.implants ?? []).map((implant) => ({
    ...implant,
    top: band.top,
    bottom: band.bottom,
    colour: implant.own ? data.implants.own : data.implants.other,
  }));
}

function nameImplant(box) {
  const text = box.strand === "-" ? `\u25c2 ${box.name}` : `${box.name} \u25b8`;
  return { x: Math.max(box.start, view.start), y: (box.top + box.bottom) / 2, text: ` ${text}` };
}

function placeCaption(band) {
  return { x: view.start, y: band.top - 11, text: band.caption };
}

const source = (name) => plot.document.get_model_by_name(name);

function showPlot() {
  const { bands, height } = listBands();
  const implants = bands.filter((band) => band.kind === "implants").flatMap(boxImplants);
  const boxes = bands.flatMap(boxHits);
  const lines = bands.filter((band) => band.values).map((band) => scaleBand(band)[0].from);
  drawn = { bands, implants, bars: bands.flatMap(listBars) };
  source("implants").data = toColumns(implants, PICK_BOX);
  source("own_hits").data = toColumns(boxes.filter(isOwn), PICK_BOX);
  source("other_hits").data = toColumns(boxes.filter((box) => !isOwn(box)), PICK_BOX);
  source("baselines").data = {
    x0: lines.map(() => 0),
    x1: lines.map(() => state.sequence.letters.length),
    y0: lines,
    y1: lines,
  };
  source("bands").setv({ start: height, end: 0 });
  plot.height = height + PADDING_OF_AXES;
  element("plot").setAttribute(
    "aria-label",
    `Strips over the sequence: ${bands.map((band) => band.caption).join("; ")}`,
  );
  showLegible();
}

// What depends on the view: letters where they can be read, captions and names from its left end.
function showLegible() {
  const wide = (plot.inner_width ?? 0) / (view.end - view.start) >= LEGIBLE;
  const margin = (view.end - view.start) / 2;
  const isNear = ({ position }) => position >= view.start - margin && position <= view.end + margin;
  for (const bar of drawn.bars) {
    bar.drawn = wide && bar.letter && bar.base in data.outlines && isNear(bar);
  }
  const letters = drawn.bars.filter((bar) => bar.drawn);
  source("bars").data = toColumns(drawn.bars, PICK_BAR);
  source("letters").data = {
    xs: letters.map((bar) => data.outlines[bar.base].map(([x]) => bar.position + 0.02 + 0.96 * x)),
    ys: letters.map((bar) => data.outlines[bar.base].map(([, y]) => bar.from + (bar.to - bar.from) * y)),
    colour: letters.map((bar) => bar.colour),
  };
  const inView = drawn.implants.filter(({ start, end }) => start < view.end && end > view.start);
  source("names").data = toColumns(inView.map(nameImplant), PICK_TEXT);
  source("captions").data = toColumns(drawn.bands.map(placeCaption), PICK_TEXT);
  showValues();
  writeAddress();
}

// One column per strip: the same as the plot, for those who read instead of looking.
function showValues() {
  if (!element("details").open) return;
  const strips = drawn.bands.filter((band) => band.values);
  const head = make("tr");
  head.append(make("th", "Nucleotide"), make("th", "Base"));
  head.append(...strips.map((band) => make("th", band.name)));
  const rows = [];
  for (let position = Math.floor(view.start); position < Math.ceil(view.end); position += 1) {
    const row = make("tr");
    row.append(make("td", position, "number"), make("td", state.sequence.letters[position], "kmer"));
    row.append(...strips.map((band) => make("td", band.values[position].toPrecision(3), "number")));
    rows.push(row);
  }
  element("values").replaceChildren(head, ...rows);
}

let waiting = false;
function followView() {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => {
    waiting = false;
    showLegible();
  });
}

function setView(start, end) {
  const { length } = state.sequence.letters;
  const width = Math.min(length, Math.max(view.min_interval, end - start));
  const first = Math.max(0, Math.min(length - width, start));
  view.setv({ start: first, end: first + width });
}

function zoom(factor) {
  const middle = (view.start + view.end) / 2, half = ((view.end - view.start) / 2) * factor;
  setView(middle - half, middle + half);
}

function move(part) {
  const step = (view.end - view.start) * part;
  setView(view.start + step, view.end + step);
}

// ------------------------------------------------------------------------------------------- together

function showAll() {
  showControls();
  showScores();
  showLogos();
  showHits();
  showImplants();
  showLetters();
  showPlot();
}

function choose(changes) {
  element("problem").hidden = true;
  Object.assign(state, changes);
  showAll();
}

function chooseNeighbour(step) {
  const { sequences } = state.shown;
  choose({ sequence: sequences[sequences.indexOf(state.sequence) + step] });
}

function followAddress() {
  const { missing, view: asked, ...rest } = readAddress();
  choose(rest);
  if (asked) setView(...asked);
  element("problem").hidden = !missing.length;
  element("problem").textContent =
    `This page has no ${missing.join(" and no ")}: something else is shown.`;
}

function listen() {
  const byId = {
    class: ({ value }) => {
      const shown = data.classes.find((each) => each.name === value);
      choose({ shown, sequence: shown.sequences[0] });
    },
    sequence: ({ value }) =>
      choose({ sequence: state.shown.sequences.find((each) => String(each.number) === value) }),
    architecture: ({ value }) => choose({ architecture: value }),
  };
  for (const [id, act] of Object.entries(byId)) {
    element(id).addEventListener("change", (event) => act(event.target));
  }
  const buttons = {
    previous: () => chooseNeighbour(-1),
    next: () => chooseNeighbour(1),
    whole: () => setView(0, state.sequence.letters.length),
    in: () => zoom(0.5),
    out: () => zoom(2),
    left: () => move(-0.5),
    right: () => move(0.5),
  };
  for (const [id, act] of Object.entries(buttons)) element(id).addEventListener("click", act);
  element("details").addEventListener("toggle", showValues);
  element("controls").addEventListener("submit", (event) => event.preventDefault());
  window.addEventListener("hashchange", followAddress);
  view.change.connect(followView);
  plot.properties.inner_width.change.connect(followView);
}

async function startLibrary() {
  const script = document.createElement("script");
  script.textContent = await unpack("library");
  document.head.append(script);
}

async function start() {
  const [figure, content] = await Promise.all([unpack("figure"), unpack("data"), startLibrary()]);
  data = JSON.parse(content);
  await Bokeh.embed.embed_item(JSON.parse(figure));
  plot = Bokeh.documents.at(-1).get_model_by_name("strips");
  view = plot.x_range;
  // a finger that moves down shall move the page
  if (matchMedia("(pointer: coarse)").matches) plot.toolbar.tools.forEach((tool) => (tool.active = false));
  listen();
  followAddress();
  document.body.dataset.ready = performance.now().toFixed();
}

function explain(error) {
  element("problem").hidden = false;
  element("problem").textContent =
    `This page could not start (${error.message}). It needs a browser of 2023 or newer.`;
  throw error;
}

let data, plot, view, drawn;
const state = {};
start().catch(explain);
