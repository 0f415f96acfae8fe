// What can happen to a page, by name. Those that do much are rarer; the weights stand at the end.
import { XLINK } from "./world.js";

const NAMES = ["class", "title", "data-x", "hidden", "lang"];
/** What the policy removes: see `removals.json`. */
const UNWANTED = ["accesskey", "action", "autofocus", "formaction", "nonce", "onclick", "ping"];
const DOCTYPES = ["<!doctype html>", '<!doctype html public "-//W3C//DTD HTML 3.2//EN">', ""];
/** So many elements and half of the page goes. */
const CROWD = 900;

const OPS = {
  insert(world) {
    world.insert(world.parent(), world.make(3));
  },
  remove(world) {
    const node = world.node();
    node?.remove();
    if (node && world.dice.chance(0.7)) world.limbo.push(node);
  },
  move(world) {
    const node = world.node();
    if (node) world.insert(world.parent(), node);
  },
  reattach(world) {
    const { limbo, dice } = world;
    if (limbo.length !== 0) world.insert(world.parent(), limbo.splice(dice.below(limbo.length), 1)[0]);
  },
  /** Changes what is not in the page now and may come back, maybe in another callback. */
  changeDetached(world) {
    const { limbo, dice } = world;
    const node = dice.pick(limbo);
    if (!node) return;
    if (node.nodeType !== Node.ELEMENT_NODE) {
      node.data += "L";
      return;
    }
    world.insert(node, world.make(1));
    node.setAttribute("limbo", dice.below(99));
    const child = node.firstChild;
    if (!child || dice.chance(0.5)) return;
    child.remove();
    if (dice.chance(0.5)) world.insert(world.parent(), child);
    else limbo.push(child);
  },
  attribute(world) {
    world.element()?.setAttribute(world.dice.pick(NAMES), `v${world.dice.below(50)}`);
  },
  unwanted(world) {
    world.element()?.setAttribute(world.dice.pick(UNWANTED), "alert(1)");
  },
  style(world) {
    const element = world.element();
    if (element?.style) element.style.color = `rgb(${world.dice.below(200)}, 2, 3)`;
  },
  removeAttribute(world) {
    world.element()?.removeAttribute(world.dice.pick([...NAMES, "style", "value", "checked", "selected"]));
  },
  namespaced(world) {
    const element = world.element();
    if (world.dice.chance(0.5)) element?.setAttributeNS(XLINK, "xlink:href", `#${world.dice.below(9)}`);
    else element?.removeAttributeNS(XLINK, "href");
  },
  text(world) {
    const node = world.node();
    if (node && node.nodeType !== Node.ELEMENT_NODE) node.data = `d${world.dice.below(999)}`;
  },
  normalize(world) {
    world.element()?.normalize();
  },
  innerHtml(world) {
    const element = world.element();
    const closed = ["iframe", "script", "select", "textarea", "input", "style"];
    // In a drawing these would be fields by name only.
    const isHtml = element?.namespaceURI === document.body.namespaceURI;
    if (!isHtml || closed.includes(element.localName)) return;
    const count = world.count++;
    element.innerHTML = `<i>h${count}</i>txt<input value=q${count}><select><option>1<option selected>2</select>`;
  },
  wrap(world) {
    const element = world.element();
    if (!element || element.localName === "option") return;
    const around = document.createElement("div");
    element.replaceWith(around);
    around.append(element);
  },
  shuffle(world) {
    const element = world.element();
    if (element) for (const child of Array.from(element.children).sort(() => world.dice.next() - 0.5)) element.append(child);
  },
  clone(world) {
    const element = world.element();
    if (element) world.insert(world.parent(), element.cloneNode(true));
  },
  fragment(world) {
    const fragment = document.createDocumentFragment();
    for (let left = world.dice.below(4); 0 <= left; left--) {
      fragment.append((world.dice.chance(0.5) ? null : world.node()) ?? world.make(1));
    }
    world.insert(world.parent(), fragment);
  },
  shadow(world) {
    const element = world.element();
    if (!element || element.shadowRoot || !["div", "section", "span", "p"].includes(element.localName)) return;
    try {
      element.attachShadow({ mode: "open" }).append(world.make(1));
    } catch (error) {
      // It has a closed one already, which nobody can see.
      if (error.name !== "NotSupportedError") throw error;
    }
  },
  frame(world) {
    const frame = world.dice.pick(Array.from(document.body.querySelectorAll("iframe")));
    if (!frame?.contentDocument) return;
    if (world.dice.chance(0.5)) {
      frame.srcdoc = `<p>again${world.count++}</p>`;
      return;
    }
    const { contentDocument: doc } = frame;
    doc.open();
    doc.write(`${world.dice.pick(DOCTYPES)}<p>written${world.count++}<b>w</b>`);
    doc.close();
  },
  live(world) {
    const { dice } = world;
    const field = dice.pick(world.all("input, textarea, select"));
    if (!field) return;
    if (field.localName === "select") select(field, dice);
    else if (field.type === "checkbox" || field.type === "radio") field.checked = dice.chance(0.6);
    else field.value = field.type === "range" ? dice.below(100) : `live${world.count++}`;
    // No two fields hold the same but by cloning: one that holds what a secret one held would be secret, too.
    if (field.type === "password" || world.passwords.has(field) || world.doubtful.has(field)) world.secrets.add(field.value);
    if (field.type === "checkbox" && dice.chance(0.3)) field.indeterminate = dice.chance(0.5);
  },
  field(world) {
    const { dice } = world;
    const input = dice.pick(world.all("input"));
    if (!input) return;
    const was = input.type;
    const what = dice.below(4);
    if (what < 2) input.type = dice.pick(["text", "checkbox", "radio", "password"]);
    else if (what === 2) input.setAttribute("value", `a${dice.below(9)}`);
    else input.toggleAttribute("checked");
    if (was === "password" || input.type === "password") world.passed(input);
  },
  /** Which radio buttons are one group is decided by their names, their forms and their roots. */
  group(world) {
    const { dice } = world;
    const input = dice.pick(world.all("input"));
    if (!input) return;
    const what = dice.below(6);
    if (what < 2) input.name = `g${dice.below(3)}`;
    else if (what === 2) input.removeAttribute("name");
    else if (what === 3) input.setAttribute("form", dice.pick(world.all("form"))?.id ?? "nowhere");
    else if (what === 4) input.removeAttribute("form");
    else {
      if (input.type === "password") world.passed(input);
      input.type = "radio";
    }
  },
  form(world) {
    const { dice } = world;
    const form = dice.pick(world.all("form"));
    if (form && dice.chance(0.7)) {
      form.reset();
      return;
    }
    const element = world.element();
    if (!element || element.localName === "option") return;
    const around = document.createElement("form");
    around.id = `n${world.count++}`;
    element.replaceWith(around);
    around.append(element);
  },
  option(world) {
    const { dice } = world;
    const option = dice.pick(world.all("option"));
    if (!option) return;
    const what = dice.below(5);
    if (what < 2) option.selected = dice.chance(0.5);
    else if (what === 2) option.toggleAttribute("selected");
    else if (what === 3) option.remove();
    else option.closest("select")?.append(document.createElement("option"));
  },
  dialog(world) {
    const dialog = world.dice.pick(world.all("dialog"));
    if (!dialog?.isConnected) return;
    if (dialog.open) dialog.close();
    else if (world.dice.chance(0.5)) dialog.showModal();
    else dialog.show();
  },
  popover(world) {
    const element = world.element();
    if (!element?.isConnected || !["div", "p", "section", "ul"].includes(element.localName)) return;
    if (world.dice.chance(0.3)) element.toggleAttribute("popover");
    else if (element.hasAttribute("popover")) element.togglePopover();
    else {
      element.setAttribute("popover", "manual");
      element.showPopover();
    }
  },
  multiple(world) {
    world.dice.pick(world.all("select"))?.toggleAttribute("multiple");
  },
  block(world) {
    const element = world.element();
    // That a blocked option is selected is hidden, and the replay's browser selects another.
    if (element?.localName !== "option") element?.toggleAttribute("data-tandem-block");
  },
  big(world) {
    const list = document.createElement("ul");
    for (let row = world.dice.below(300); 0 <= row; row--) {
      const item = document.createElement("li");
      item.append(`row${row}`);
      list.append(item);
    }
    world.insert(world.parent(), list);
  },
  thin(world) {
    if (document.querySelectorAll("*").length < CROWD) return;
    for (let left = document.body.children.length / 2; 0 < left; left--) world.dice.pick(document.body.children)?.remove();
  },
  body() {
    document.body.replaceWith(document.createElement("body"));
  },
};

const WEIGHTS = {
  insert: 20, remove: 20, move: 20, reattach: 10, changeDetached: 10, attribute: 10, unwanted: 3, style: 5,
  removeAttribute: 10, namespaced: 10, text: 10, normalize: 10, innerHtml: 3, wrap: 10, shuffle: 10, clone: 5,
  fragment: 10, shadow: 4, frame: 3, live: 15, field: 10, option: 10, group: 10, form: 5, dialog: 10, popover: 4, multiple: 3, block: 3, big: 1, thin: 8, body: 0.5,
};
const TOTAL = Object.values(WEIGHTS).reduce((sum, weight) => sum + weight);

function select(field, dice) {
  field.selectedIndex = dice.below(field.options.length + 1) - 1;
}

/** Lets one thing happen; tells its name. */
export function mutate(world) {
  let left = world.dice.next() * TOTAL;
  const name = Object.keys(WEIGHTS).find((name) => (left -= WEIGHTS[name]) < 0) ?? "insert";
  OPS[name](world);
  return name;
}
