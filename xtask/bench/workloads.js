// What pages do while they are watched: data for every recorder that is measured.
//
// `prepare` fills the stage before anything is measured; `run` changes it. `mouse` is how many seconds
// a real pointer moves meanwhile, at 60 Hz. What is `replayed` is also measured where it is shown.
import { voice } from "./app.js";

/** Resolves in the page's next frame. */
export const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));

const say = voice(11);
let next = 1;

function row() {
  const made = document.createElement("tr");
  const id = next++;
  made.dataset.id = id;
  const cells = [String(id), say.words(3), ""].map((text, index) => {
    const cell = document.createElement("td");
    cell.className = `col-${index}`;
    if (index === 1) {
      const link = document.createElement("a");
      link.className = "lbl";
      link.textContent = text;
      cell.append(link);
    } else {
      cell.textContent = text;
    }
    return cell;
  });
  made.append(...cells);
  return made;
}

const rows = (count) => Array.from({ length: count }, row);

function table(stage, count) {
  stage.innerHTML = "<table><tbody id=rows></tbody></table>";
  stage.querySelector("#rows").append(...rows(count));
}

const body = (stage) => stage.querySelector("#rows");
const labels = (stage) => stage.querySelectorAll("a.lbl");

function lines(stage, count) {
  stage.innerHTML = `<div id=rows>${Array.from({ length: count }, () => `<p>${say.words(3)}</p>`).join("")}</div>`;
}

/** `count` boxes, each in the one before, with a leaf and a text in each. */
function deep(count) {
  const top = document.createElement("div");
  let at = top;
  for (let depth = 0; depth < count; depth++) {
    const box = document.createElement("div");
    box.className = `depth-${depth % 7}`;
    const leaf = document.createElement("span");
    leaf.textContent = say.words(2);
    at.append(leaf, box);
    at = box;
  }
  return top;
}

async function batches(count, work) {
  for (let index = 0; index < count; index++) {
    work(index);
    await frame();
  }
}

async function animate(stage, seconds) {
  const mover = stage.querySelector(".mover");
  const until = performance.now() + seconds * 1000;
  while (performance.now() < until) {
    mover.style.transform = `translateX(${(performance.now() / 10) % 600}px)`;
    await frame();
  }
}

export const WORKLOADS = {
  "append 1,000 rows": {
    replayed: true,
    prepare: (stage) => table(stage, 0),
    run: (stage) => body(stage).append(...rows(1000)),
  },
  "append 1,000 rows in ten batches": {
    prepare: (stage) => table(stage, 0),
    run: (stage) => batches(10, () => body(stage).append(...rows(100))),
  },
  "10,000 texts by nodeValue": {
    prepare: (stage) => lines(stage, 10000),
    run: (stage) => {
      for (const line of stage.querySelectorAll("p")) line.firstChild.nodeValue = say.words(3);
    },
  },
  "10,000 texts by textContent": {
    replayed: true,
    prepare: (stage) => lines(stage, 10000),
    run: (stage) => {
      for (const line of stage.querySelectorAll("p")) line.textContent = say.words(3);
    },
  },
  "100 × 100 texts": {
    replayed: true,
    prepare: (stage) => lines(stage, 1000),
    run: (stage) => {
      const found = stage.querySelectorAll("p");
      return batches(100, (batch) => {
        for (let at = 0; at < 100; at++) found[(batch * 100 + at) % found.length].textContent = say.words(3);
      });
    },
  },
  "5 moves of a deep subtree": {
    replayed: true,
    prepare: (stage) => {
      stage.innerHTML = "<div id=left></div><div id=right></div>";
      stage.querySelector("#left").append(deep(200));
    },
    run: (stage) => {
      const [left, right] = stage.children;
      return batches(5, (batch) => (batch % 2 ? left : right).append((batch % 2 ? right : left).firstChild));
    },
  },
  "create 1,000": {
    prepare: (stage) => table(stage, 0),
    run: (stage) => body(stage).replaceChildren(...rows(1000)),
  },
  "replace 1,000": {
    replayed: true,
    prepare: (stage) => table(stage, 1000),
    run: (stage) => body(stage).replaceChildren(...rows(1000)),
  },
  "update every 10th, 16 times": {
    prepare: (stage) => table(stage, 1000),
    run: (stage) => {
      const found = labels(stage);
      return batches(16, () => {
        for (let at = 0; at < found.length; at += 10) found[at].firstChild.nodeValue += " !!!";
      });
    },
  },
  "select, 100 times": {
    prepare: (stage) => table(stage, 1000),
    run: (stage) => {
      let selected;
      return batches(100, (batch) => {
        selected?.removeAttribute("class");
        selected = body(stage).children[batch * 9];
        selected.className = "selected";
      });
    },
  },
  "swap rows, 50 times": {
    prepare: (stage) => table(stage, 1000),
    run: (stage) => batches(50, () => {
      const { children } = body(stage);
      const [first, second, last, after] = [children[1], children[2], children[998], children[999]];
      body(stage).insertBefore(last, second);
      body(stage).insertBefore(first, after);
    }),
  },
  "remove a row, 50 times": {
    prepare: (stage) => table(stage, 1000),
    run: (stage) => batches(50, () => body(stage).children[4].remove()),
  },
  "append 1,000 to 1,000": {
    prepare: (stage) => table(stage, 1000),
    run: (stage) => body(stage).append(...rows(1000)),
  },
  "clear 1,000": {
    prepare: (stage) => table(stage, 1000),
    run: (stage) => { body(stage).textContent = ""; },
  },
  "create 10,000": {
    replayed: true,
    prepare: (stage) => table(stage, 0),
    run: (stage) => body(stage).append(...rows(10000)),
  },
  "10,000 attributes": {
    replayed: true,
    prepare: (stage) => lines(stage, 1000),
    run: (stage) => {
      for (const line of stage.querySelectorAll("p")) {
        for (let at = 0; at < 10; at++) line.setAttribute(`data-a${at}`, say.word());
      }
    },
  },
  "5 s of mouse at 60 Hz with animation": {
    mouse: 5,
    prepare: (stage) => { stage.innerHTML = "<div class=mover></div>"; },
    run: (stage) => animate(stage, 5),
  },
};
