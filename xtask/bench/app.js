// Applications of a given size: tables, lists, forms and charts, the same on each run.

const STATES = ["open", "paid", "late", "sent"];

/** A generator of text; the same seed says the same. */
export function voice(seed) {
  let state = seed >>> 0;
  const number = (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const syllables = "ba den fi gor hal i jun ka lo men nor o pra qui ras son tu ver wil yo zan ter ling".split(" ");
  const word = () => Array.from({ length: 1 + number(3) }, () => syllables[number(syllables.length)]).join("");
  const words = (count) => Array.from({ length: count }, word).join(" ");
  return { number, word, words };
}

/** Fills `into` until it holds `nodes` nodes, and says how many they are. */
export function build(into, nodes) {
  const say = voice(7);
  const kinds = [table, cards, form, chart];
  let count = 0;
  for (let index = 0; count < nodes; index++) {
    const panel = document.createElement("section");
    panel.className = "panel";
    panel.id = `panel-${index}`;
    panel.innerHTML = `<h2>${say.words(3)}</h2>${kinds[index % kinds.length](say, index)}`;
    into.append(panel);
    count += size(panel);
  }
  return count;
}

/** How many nodes a subtree has. */
export function size(root) {
  const walker = document.createTreeWalker(root);
  let count = 1;
  while (walker.nextNode()) count++;
  return count;
}

const times = (count, make) => Array.from({ length: count }, (_, index) => make(index)).join("\n");

function table(say, index) {
  return `<table class="orders" aria-label="${say.words(2)}">
    <thead><tr><th>Number</th><th>Customer</th><th>Item</th><th>State</th><th>Sum</th></tr></thead>
    <tbody>${times(25, (row) => order(say, index * 100 + row))}</tbody></table>`;
}

function order(say, id) {
  const state = STATES[say.number(STATES.length)];
  return `<tr data-id="${id}" class="order order-${state}">
      <td><a href="#order/${id}">${10000 + id}</a></td><td>${say.words(2)}</td><td title="${say.words(4)}">${say.words(3)}</td>
      <td><span class="badge badge-${state}">${state}</span></td><td class="number">${say.number(900)}.${10 + say.number(89)}</td></tr>`;
}

function cards(say, index) {
  return `<ul class="cards">${times(18, (card) => `<li class="card" data-key="${index}-${card}" tabindex="0">
      <div class="card-head"><span class="card-title">${say.words(2)}</span><span class="badge">${say.number(90)}</span></div>
      <p class="card-text">${say.words(14)} <em>${say.word()}</em> ${say.words(6)}</p>
      <button type="button" class="card-action" aria-label="Open ${say.word()}">Open</button></li>`)}</ul>`;
}

function form(say, index) {
  return `<form class="fields" autocomplete="off">${times(12, (field) => {
    const id = `field-${index}-${field}`;
    const label = `<label for="${id}">${say.words(2)}</label>`;
    const control = [
      `<input id="${id}" name="${say.word()}" placeholder="${say.words(3)}">`,
      `<select id="${id}">${times(6, () => `<option value="${say.number(999)}">${say.word()}</option>`)}</select>`,
      `<textarea id="${id}" rows="2">${say.words(8)}</textarea>`,
      `<input id="${id}" type="checkbox">`,
    ][field % 4];
    return `<div class="field">${label}${control}</div>`;
  })}</form>`;
}

function chart(say) {
  return `<svg class="chart" viewBox="0 0 480 160" role="img"><title>${say.words(3)}</title>
    <path d="M0 150${times(40, (at) => `L${at * 12} ${say.number(150)}`)}" fill="none" stroke="#16a34a" stroke-width="2"></path>
    ${times(40, (at) => {
      const height = 10 + say.number(120);
      return `<g transform="translate(${at * 12} 0)"><rect x="1" y="${150 - height}" width="9" height="${height}" rx="1"></rect>
        <text x="5" y="159" text-anchor="middle">${say.number(99)}</text></g>`;
    })}</svg>`;
}
