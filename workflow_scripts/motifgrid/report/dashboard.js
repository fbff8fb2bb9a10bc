"use strict";

// Pixels of a band: its caption and each further line of it, what it shows, and the gap below.
const CAPTION = 20, LINE = 15, STRIP = 46, LANE = 20, GAP = 8;
// Pixels of a hit's lane in the plot, and of the box in it.
const HIT_LANE = 16, HIT_BOX = 12;
// Pixels of letters in the plot: of captions, and of names of implants and hits.
const LARGE = 12, SMALL = 11;
// Letters of the sequence that a hit's name needs at least, to stand beside it.
const ROOM = 10;
// Letters take the place of bars where a nucleotide has this many pixels.
const LEGIBLE = 5;
// Ends of the two diverging palettes; both meet in white. Safe for the colour-blind, and the same as
// the swatches of the key.
const SIGNED = [[0, 114, 178], [213, 94, 0]];
const TEMPORAL = [[33, 102, 172], [178, 24, 43]];
// Part of a colour that the smallest value still has, so that every bar is seen on white.
const PALEST = 0.35;
const PADDING_OF_AXES = 62;

const NO_HIT = "No readout found a k-mer in this sequence.";
const HOW_TO_READ =
  "Point at a hit for its score and best match; or go to the first with Tab, on with the arrow keys.";
const SIDEWAYS = "Wider than the page: scroll sideways for the other columns.";

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
const networkOf = (name) => data.architectures.find((each) => each.name === name);
const titleOf = (name) => networkOf(name).title;
const colourOf = (name) => networkOf(name).colour;
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
const NUMBERS = ["Probability", "Start", "End", "Score", "Nucleotide"];

function makeHead(names) {
  const head = make("tr");
  head.append(...names.map((name) => make("th", name, NUMBERS.includes(name) ? "number" : "")));
  for (const each of head.children) each.scope = "col";
  return head;
}

function answer(text) {
  return text === "" ? "not known" : isTrue(text) ? "yes" : "no";
}

function showHits() {
  const rows = state.sequence.hits.map((hit) => {
    const row = make("tr", "", isChosen(hit) ? "" : "aside");
    row.dataset.architecture = hit.architecture;
    row.dataset.readout = hit.readout;
    row.append(
      make("td", titleOf(hit.architecture)),
      make("td", hit.readout),
      ...[hit.probability, hit.start, hit.end].map((text) => make("td", text, "number")),
      make("td", hit.kmer, "kmer"),
      make("td", hit.score, "number"),
      make("td", nameMatch(hit)),
      make("td", answer(hit.relevant)),
      make("td", answer(hit.at_site)),
    );
    return row;
  });
  if (!rows.length) rows.push(make("tr", NO_HIT));
  element("hits").replaceChildren(makeHead(HEADS), ...rows);
}

function showImplants() {
  const { implants } = state.sequence;
  element("implants-section").hidden = implants === null;
  if (implants === null) return;
  const rows = implants.map(({ name, identifier, start, end, strand }) => {
    const row = make("tr");
    row.append(make("td", name), make("td", identifier));
    row.append(make("td", start, "number"), make("td", end, "number"), make("td", strand));
    return row;
  });
  if (!rows.length) rows.push(make("tr", "Nothing was implanted in this sequence."));
  element("implants").replaceChildren(
    makeHead(["Class", "Motif", "Start", "End", "Strand"]), ...rows,
  );
}

const readPlace = (hit) => ({ ...hit, start: Number(hit.start), end: Number(hit.end) });
const isOwn = (hit) => isTrue(hit.relevant);
const nameMatch = (hit) => (hit.target ? `${hit.target_name} ${hit.target}`.trim() : "none");
const nameHit = (hit) => `${titleOf(hit.architecture)}: ${hit.readout}`;

function describeHit(hit) {
  return [
    `${nameHit(hit)}: ${hit.kmer}, nucleotides ${hit.start} to ${hit.end}, score ${hit.score}`,
    `best match ${nameMatch(hit)}`,
    `class's motif: ${answer(hit.relevant)}`,
    `at a true site: ${answer(hit.at_site)}`,
  ].join("; ");
}

// ------------------------------------------------------------------------------------- the sequence

// Letters that fit into a row, and the pixels of one.
function measureLetters(box) {
  const probe = make("span", "A".repeat(100)), line = make("div");
  line.append(probe);
  box.append(line);
  const step = probe.getBoundingClientRect().width / 100, fit = Math.floor(line.clientWidth / step);
  line.remove();
  return { step, fit };
}

// All of a sequence where it fits into one row, else rows of full tens.
function countColumns(fit, length) {
  return fit >= length ? length : Math.max(10, fit - (fit % 10));
}

function makeRow(start, end) {
  const { letters, implants } = state.sequence;
  const sites = (implants ?? []).filter((site) => site.start < end && site.end > start);
  const cuts = new Set([start, end, ...sites.flatMap((site) => [site.start, site.end])]);
  const inside = [...cuts].filter((cut) => cut >= start && cut <= end);
  const places = inside.sort((one, other) => one - other);
  const row = make("div", "", "row");
  row.dataset.start = start;
  row.append(...places.slice(0, -1).map((place, index) => {
    const site = sites.find((each) => each.start <= place && place < each.end);
    const run = make("span", letters.slice(place, places[index + 1]), site ? "implant" : "");
    run.classList.toggle("own", Boolean(site?.own));
    if (site) run.title = `implanted: ${site.name} ${site.strand}, ${site.start} to ${site.end}`;
    return run;
  }));
  return row;
}

// A hit below a row: its k-mer under its letters, named on the side that has more room.
function makeLane(hit, start, end, fit) {
  const from = Math.max(hit.start, start), to = Math.min(hit.end, end);
  const lane = make("div", "", "lane"), before = from - start, after = start + fit - to;
  lane.style.setProperty("--before", before);
  lane.style.setProperty("--width", to - from);
  const mark = make("button", state.sequence.letters.slice(from, to), "hit");
  mark.type = "button";
  mark.tabIndex = -1;
  mark.ariaLabel = describeHit(hit);
  mark.style.setProperty("--network", colourOf(hit.architecture));
  mark.classList.toggle("own", isOwn(hit));
  mark.classList.toggle("begins", from === hit.start);
  mark.classList.toggle("ends", to === hit.end);
  for (const event of ["focus", "pointerenter", "click"]) {
    mark.addEventListener(event, () => pointAt(mark, hit));
  }
  const side = Math.max(before, after) < ROOM ? "below" : after >= before ? "after" : "before";
  const said = from === hit.start ? nameHit(hit) : `${nameHit(hit)}, continued`;
  const name = make("span", said, `name ${side}`);
  lane.append(...(side === "before" ? [name, mark] : [mark, name]));
  return lane;
}

function showLetters() {
  const { letters, hits } = state.sequence;
  const box = element("letters"), { step, fit } = measureLetters(box);
  columns = countColumns(fit, letters.length);
  box.style.setProperty("--step", `${step}px`);
  const shown = hits.filter(isChosen).map(readPlace);
  const parts = [];
  for (let start = 0; start < letters.length; start += columns) {
    const end = Math.min(letters.length, start + columns);
    const here = shown.filter((hit) => hit.start < end && hit.end > start);
    parts.push(makeRow(start, end), ...here.map((hit) => makeLane(hit, start, end, fit)));
  }
  box.replaceChildren(...parts);
  const first = box.querySelector(".hit");
  if (first) first.tabIndex = 0;
  element("hit").textContent = first ? HOW_TO_READ : NO_HIT;
}

// Of all marks one is a stop for Tab: the others are reached from it by arrow keys.
function pointAt(mark, hit) {
  for (const each of element("letters").querySelectorAll(".hit")) {
    each.tabIndex = each === mark ? 0 : -1;
  }
  element("hit").textContent = describeHit(hit);
}

function walkHits(event) {
  const marks = [...element("letters").querySelectorAll(".hit")];
  const now = marks.indexOf(document.activeElement), last = marks.length - 1;
  const places = {
    ArrowDown: now + 1, ArrowRight: now + 1, ArrowUp: now - 1, ArrowLeft: now - 1, Home: 0, End: last,
  };
  if (now < 0 || !(event.key in places)) return;
  event.preventDefault();
  marks[Math.max(0, Math.min(last, places[event.key]))].focus();
}

function followWidth() {
  const { fit } = measureLetters(element("letters"));
  if (countColumns(fit, state.sequence.letters.length) !== columns) showLetters();
}

// ------------------------------------------------------------------------------------------- the plot

const pen = document.createElement("canvas").getContext("2d");

function widthOf(text, size) {
  pen.font = `${size}px sans-serif`;
  return pen.measureText(text).width;
}

const toPixels = (nucleotides) => (nucleotides / (view.end - view.start)) * (plot.inner_width || 0);

function wrapWords(text, size, room) {
  const lines = [""];
  for (const word of text.split(/(?<=[ -])/)) {
    const longer = lines.at(-1) + word;
    if (lines.at(-1) && widthOf(longer.trimEnd(), size) > room) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines.map((line) => line.trimEnd());
}

function shorten(text, size, room) {
  if (widthOf(text, size) <= room) return text;
  let end = text.trimEnd().length - 1;
  while (end > 0 && widthOf(`${text.slice(0, end)}\u2026`, size) > room) end -= 1;
  return end > 1 ? `${text.slice(0, end)}\u2026` : "";
}

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
    const lines = wrapWords(band.caption, LARGE, plot.inner_width || Infinity);
    const first = top + CAPTION + (lines.length - 1) * LINE;
    bands.push({ ...band, lines, top: first, bottom: first + band.height });
    top = first + band.height + GAP;
  };
  if (sequence.implants) {
    add({ kind: "implants", height: LANE, caption: "true implants" });
  }
  add({ kind: "sequence", height: LANE, caption: "sequence" });
  const found = sequence.hits.filter(isChosen);
  if (found.length) {
    add({ kind: "hits", height: found.length * HIT_LANE, caption: "hits", lanes: found });
  }
  for (const strip of shown.strips.filter(isChosen)) {
    const values = readValues(strip, sequence.number);
    if (!values) continue;
    const hits = sequence.hits.filter((hit) => strip.found_by && isOf(strip, hit));
    const probability = probabilityOf(strip.architecture);
    const score = probability === undefined ? "" : `, p = ${probability}`;
    const most = strip.probability ? "" : `, largest ${Math.max(...values.map(Math.abs)).toPrecision(3)}`;
    const name = `${titleOf(strip.architecture)}: ${strip.name}`;
    const kind = strip.probability ? "probability" : "signed";
    add({ kind, height: STRIP, caption: `${name}${score}${most}`, values, hits, name });
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
  if (band.kind === "implants" || band.kind === "hits") return [];
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
const PICK_HIT = { ...PICK_BOX, alpha: (box) => box.alpha };
const PICK_LANE = {
  ...PICK_BOX,
  name: nameHit,
  kmer: (box) => box.kmer,
  place: (box) => `${box.start} to ${box.end}`,
  score: (box) => box.score,
  match: nameMatch,
};
const PICK_TEXT = { x: (each) => each.x, y: (each) => each.y, text: (each) => each.text };
const PICK_LABEL = { ...PICK_TEXT, align: (each) => each.align };

// Around what a strip says of a hit; it hides nothing of it.
function boxHits(band) {
  return (band.hits ?? []).map(readPlace)
    .map((hit) => ({ ...hit, top: band.top - 2, bottom: band.bottom + 2 }))
    .map((box) => ({ ...box, colour: "#ffffff", alpha: 0 }));
}

function boxLanes(band) {
  return (band.lanes ?? []).map(readPlace).map((hit, number) => ({
    ...hit,
    top: band.top + number * HIT_LANE,
    bottom: band.top + number * HIT_LANE + HIT_BOX,
    colour: colourOf(hit.architecture),
    alpha: 0.3,
  }));
}

function boxImplants(band) {
  return (state.sequence.implants ?? []).map((implant) => ({
    ...implant,
    top: band.top,
    bottom: band.bottom,
    colour: implant.own ? data.implants.own : data.implants.other,
  }));
}

// Names stay in their box: behind it they would be read as the next one's. The table has them whole.
function nameImplant(box) {
  const x = Math.max(box.start, view.start), end = Math.min(box.end, view.end);
  const text = box.strand === "-" ? `\u25c2 ${box.name}` : `${box.name} \u25b8`;
  return { x, y: (box.top + box.bottom) / 2, text: shorten(` ${text}`, SMALL, toPixels(end - x)) };
}

// A hit's name stands where it has the most room; of one out of view it says where to look.
function nameLane(box) {
  const y = (box.top + box.bottom) / 2, whole = toPixels(view.end - view.start);
  const left = toPixels(box.start - view.start), right = toPixels(view.end - box.end);
  const at = (x, align, room, [before, after]) =>
    ({ x, y, align, text: `${before}${nameShortly(box, room)}${after}` });
  if (box.end <= view.start) return at(view.start, "left", whole, ["\u25c2 ", ""]);
  if (box.start >= view.end) return at(view.end, "right", whole, ["", " \u25b8"]);
  return right >= left
    ? at(box.end, "left", right, [" ", ""])
    : at(box.start, "right", left, ["", " "]);
}

// What is left out is the end of the network's name: others of its hits begin with it, too.
function nameShortly(hit, room) {
  const rest = `: ${hit.readout}`;
  return shorten(titleOf(hit.architecture), SMALL, room - widthOf(`${rest} \u25c2`, SMALL)) + rest;
}

function placeCaption(band) {
  return band.lines.map((text, number) => {
    const below = band.lines.length - 1 - number;
    return { x: view.start, y: band.top - 11 - below * LINE, text };
  });
}

const source = (name) => plot.document.get_model_by_name(name);

function showPlot() {
  const { bands, height } = listBands();
  const implants = bands.filter((band) => band.kind === "implants").flatMap(boxImplants);
  const lanes = bands.flatMap(boxLanes), boxes = [...lanes, ...bands.flatMap(boxHits)];
  const lines = bands.filter((band) => band.values).map((band) => scaleBand(band)[0].from);
  drawn = { bands, implants, lanes, bars: bands.flatMap(listBars) };
  source("implants").data = toColumns(implants, PICK_BOX);
  source("lanes").data = toColumns(lanes, PICK_LANE);
  source("own_hits").data = toColumns(boxes.filter(isOwn), PICK_HIT);
  source("other_hits").data = toColumns(boxes.filter((box) => !isOwn(box)), PICK_HIT);
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
  source("labels").data = toColumns(drawn.lanes.map(nameLane), PICK_LABEL);
  source("captions").data = toColumns(drawn.bands.flatMap(placeCaption), PICK_TEXT);
  showValues();
  writeAddress();
}

// One column per strip: the same as the plot, for those who read instead of looking.
function showValues() {
  if (!element("details").open) return;
  const strips = drawn.bands.filter((band) => band.values);
  const rows = [];
  for (let position = Math.floor(view.start); position < Math.ceil(view.end); position += 1) {
    const row = make("tr");
    row.append(make("td", position, "number"), make("td", state.sequence.letters[position], "kmer"));
    row.append(...strips.map((band) => make("td", band.values[position].toPrecision(3), "number")));
    rows.push(row);
  }
  const head = makeHead(["Nucleotide", "Base", ...strips.map((band) => band.name)]);
  element("values").replaceChildren(head, ...rows);
}

// What answers many changes by one drawing, in the next frame.
function onceAFrame(draw) {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      draw();
    });
  };
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

function showKey() {
  const strips = state.shown.strips.filter(isChosen);
  const kinds = {
    "of-implants": state.sequence.implants !== null,
    "of-probability": strips.some((strip) => strip.probability),
    "of-signed": strips.some((strip) => !strip.probability),
  };
  for (const [kind, shown] of Object.entries(kinds)) {
    for (const each of document.querySelectorAll(`.${kind}`)) each.hidden = !shown;
  }
}

// A table that its box cuts says so, and can be scrolled from the keyboard.
function hintAtMore(box) {
  const cut = box.scrollWidth > box.clientWidth;
  box.previousElementSibling.hidden = !cut;
  box.tabIndex = cut || box.scrollHeight > box.clientHeight ? 0 : -1;
}

function watchWidths() {
  const watch = new ResizeObserver((entries) => {
    for (const { target } of entries) hintAtMore(target.closest(".wide"));
  });
  for (const box of document.querySelectorAll(".wide")) {
    const hint = make("p", SIDEWAYS, "note");
    hint.hidden = true;
    box.before(hint);
    watch.observe(box);
    watch.observe(box.firstElementChild);
  }
  new ResizeObserver(followWidth).observe(element("letters"));
}

function showAll() {
  showControls();
  showKey();
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
  // at either end the button that was pressed can no longer have the focus
  const [pressed, other] = step > 0 ? ["next", "previous"] : ["previous", "next"];
  if (element(pressed).disabled) element(other).focus();
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
  element("letters").addEventListener("keydown", walkHits);
  element("controls").addEventListener("submit", (event) => event.preventDefault());
  window.addEventListener("hashchange", followAddress);
  view.change.connect(onceAFrame(showLegible));
  plot.properties.inner_width.change.connect(onceAFrame(showPlot));
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
  watchWidths();
  document.body.dataset.ready = performance.now().toFixed();
}

function explain(error) {
  element("problem").hidden = false;
  element("problem").textContent =
    `This page could not start (${error.message}). It needs a browser of 2023 or newer.`;
  throw error;
}

let data, plot, view, drawn, columns;
const state = {};
start().catch(explain);
