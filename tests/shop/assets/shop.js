// What all pages of the shop do.
const shop = {
  csrf: document.querySelector('meta[name="csrf-token"]').content,

  toast(words, link) {
    const toast = document.getElementById("toast");
    toast.textContent = words;
    if (link) {
      const anchor = document.createElement("a");
      anchor.href = link.href;
      anchor.textContent = link.words;
      toast.append(anchor);
    }
    toast.classList.add("shown");
    clearTimeout(this.hiding);
    this.hiding = setTimeout(() => toast.classList.remove("shown"), 4000);
  },

  count(pieces) {
    const count = document.getElementById("basket-count");
    count.textContent = pieces;
    count.dataset.count = pieces;
    count.classList.remove("bump");
    void count.offsetWidth;
    count.classList.add("bump");
  },
};
window.shop = shop;

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
});
