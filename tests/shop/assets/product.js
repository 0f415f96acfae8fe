// Gallery, tabs, and adding to the basket without leaving the page.
{
  const gallery = document.getElementById("gallery");
  const main = document.getElementById("gallery-main");
  gallery.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    for (const other of gallery.querySelectorAll("button")) other.setAttribute("aria-pressed", other === button);
    main.src = button.dataset.source;
    document.getElementById("gallery-caption").textContent = button.ariaLabel;
    gallery.classList.remove("turning");
    void gallery.offsetWidth;
    gallery.classList.add("turning");
  });

  const tabs = [...document.querySelectorAll('[role="tab"]')];
  const select = (tab) => {
    for (const other of tabs) {
      other.setAttribute("aria-selected", other === tab);
      other.tabIndex = other === tab ? 0 : -1;
      document.getElementById(other.getAttribute("aria-controls")).hidden = other !== tab;
    }
  };
  for (const [index, tab] of tabs.entries()) {
    tab.addEventListener("click", () => select(tab));
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const next = tabs[(index + step + tabs.length) % tabs.length];
      select(next);
      next.focus();
    });
  }

  const form = document.getElementById("buy");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector('[type="submit"]');
    button.disabled = true;
    try {
      const response = await fetch(form.action, {
        method: "POST",
        headers: { accept: "application/json", "x-csrf-token": shop.csrf },
        body: new URLSearchParams(new FormData(form)),
      });
      if (!response.ok) throw new Error(await response.text());
      const answer = await response.json();
      shop.count(answer.pieces);
      const link = document.querySelector(".basket-link");
      shop.toast(answer.words, { href: "/basket", words: link.firstChild.textContent });
    } catch (error) {
      shop.toast(error.message);
    } finally {
      button.disabled = false;
    }
  });
}
