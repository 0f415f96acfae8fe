// Changes after which a replay was wrong once, the smallest case of each.

/** Each gets an empty page, and what waits until the replay is equal. */
export const ONCE_WRONG = {
  /** A page's mode is told when its frame is mounted; writing the document anew can change it later. */
  async "the mode of a frame that is written anew"(settle) {
    const frame = document.createElement("iframe");
    document.body.append(frame);
    await settle();
    frame.contentDocument.open();
    frame.contentDocument.write("<!doctype html><p>written");
    frame.contentDocument.close();
  },
  /** Writing a document anew takes all listeners away, ours too: nobody heard a check of the page's own hand. */
  async "a dialog that closes in a frame that is written anew"(settle) {
    const frame = document.createElement("iframe");
    document.body.append(frame);
    await settle();
    frame.contentDocument.open();
    frame.contentDocument.write("<!doctype html><div popover=manual>written</div>");
    frame.contentDocument.close();
    await settle();
    frame.contentDocument.querySelector("div").showPopover();
  },
  /** It leaves the top layer and stays open; the replay closed it. */
  async "a modal dialog that is moved"(settle) {
    const dialog = document.createElement("dialog");
    document.body.append(dialog);
    dialog.showModal();
    await settle();
    const around = document.createElement("div");
    document.body.append(around);
    around.append(dialog);
  },
  /** That no option is selected was told of none: the replay's browser selects the first one by itself. */
  async "a select that comes with nothing selected"() {
    const select = document.createElement("select");
    select.append(new Option("first"), new Option("second"));
    select.selectedIndex = -1;
    document.body.append(select);
  },
  /** Nothing but the hook of `selectedIndex` tells it. */
  async "a select that loses its selection"(settle) {
    const select = document.createElement("select");
    select.append(new Option("first"), new Option("second"));
    document.body.append(select);
    await settle();
    select.selectedIndex = -1;
  },
  /** A list of one choice undoes it when options move. */
  async "options that change their places"(settle) {
    const select = document.createElement("select");
    for (const text of ["first", "second", "third"]) select.append(new Option(text));
    select.options[1].setAttribute("selected", "");
    document.body.append(select);
    select.selectedIndex = 2;
    await settle();
    select.prepend(select.options[2]);
  },
  /** Of a list of one choice the replay's browser selects an option while others move, and one of several keeps it. */
  async "a list of one choice that becomes one of several"(settle) {
    const select = document.createElement("select");
    select.append(new Option("first"), new Option("second", "second", true, true));
    document.body.append(select);
    await settle();
    select.multiple = true;
    select.append(select.options[1], select.options[0]);
  },
  /** It went with the frame's document, before anybody knew that it had come there, and stayed at its old place. */
  async "a text that moves into a frame that gets another document"(settle) {
    const frame = document.createElement("iframe"), paragraph = document.createElement("p");
    paragraph.append("text");
    document.body.append(frame, paragraph);
    await settle();
    frame.contentDocument.body.append(paragraph.firstChild);
    // A frame that moves gets another document, and has loaded it at once.
    document.body.append(frame);
  },
  /** It changed nothing of its own that is told, and nobody looked for what it undid. */
  async "a radio button that is not told and undoes another"(settle) {
    const make = () => Object.assign(document.createElement("input"), { type: "radio", name: "group" });
    const shown = make(), hidden = make(), around = document.createElement("noscript");
    around.append(hidden);
    shown.checked = true;
    document.body.append(shown, around);
    await settle();
    hidden.checked = true;
  },
  /** A parser gives fields in a table to a form that they are not in: in the replay they were all of one group. */
  async "forms around the rows of a table"() {
    const frame = document.createElement("iframe");
    document.body.append(frame);
    const row = "<form><tr><td><input type=radio name=which checked></tr></form>";
    frame.contentDocument.open();
    frame.contentDocument.write(`<!doctype html><table>${row}${row}</table>`);
    frame.contentDocument.close();
  },
  /** A rule of the site was looked up before the shadow root was followed. */
  async "a field in a shadow root that came with its host"() {
    const host = document.createElement("div");
    const field = document.createElement("textarea");
    field.value = "shown by a rule";
    host.attachShadow({ mode: "open" }).append(field);
    document.body.append(host);
  },
  /** A browser writes the value that a field holds into its attribute when the type changes: in a replay, a mask. */
  async "a field that becomes a check box"(settle) {
    const input = document.createElement("input");
    input.value = "typed";
    document.body.append(input);
    await settle();
    input.type = "checkbox";
  },
  /** A slider makes a number of a mask, and a field of text keeps it. */
  async "a slider that becomes a field of text"(settle) {
    const input = document.createElement("input");
    input.type = "range";
    input.setAttribute("value", "7");
    document.body.append(input);
    await settle();
    input.type = "text";
  },
  /** What it holds stays hidden, and whether it is checked; that it is by default was told all the same. */
  async "a password that becomes a check box"(settle) {
    const input = document.createElement("input");
    input.type = "password";
    document.body.append(input);
    await settle();
    input.type = "checkbox";
    input.toggleAttribute("checked");
    input.checked = false;
  },
};
