// Filters and sorting of the list, without a request.
{
  const all = JSON.parse(document.getElementById("catalogue").textContent);
  const form = document.getElementById("filters");
  const list = document.getElementById("list");
  const found = document.getElementById("found");
  const orders = {
    featured: () => 0,
    "price-up": (a, b) => a.price - b.price,
    "price-down": (a, b) => b.price - a.price,
    rating: (a, b) => b.rating - a.rating,
  };

  const words = (n) => {
    if (n === 0) return found.dataset.none;
    return n === 1 ? found.dataset.one : found.dataset.many.replace("{n}", n);
  };

  const render = () => {
    const data = new FormData(form);
    const categories = data.getAll("category");
    const text = data.get("q").trim().toLowerCase();
    const max = Number(data.get("max")) * 100;
    const shown = all
      .filter((it) => categories.length === 0 || categories.includes(it.category))
      .filter((it) => it.price <= max && it.text.includes(text))
      .sort(orders[data.get("sort")]);
    list.innerHTML = shown.map((it) => it.html).join("");
    found.textContent = words(shown.length);
    document.getElementById("max-out").textContent =
      document.documentElement.lang === "fr" ? `${data.get("max")}\u00a0€` : `€${data.get("max")}`;
  };

  const address = () => {
    const query = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      const usual = { q: "", max: form.elements.max.max, sort: "featured" }[name];
      if (value !== usual) query.append(name, value);
    }
    const text = query.toString();
    return text ? `?${text}` : location.pathname;
  };

  const restore = () => {
    const query = new URLSearchParams(location.search);
    for (const box of form.querySelectorAll('[name="category"]')) {
      box.checked = query.getAll("category").includes(box.value);
    }
    form.elements.q.value = query.get("q") ?? "";
    form.elements.max.value = query.get("max") ?? form.elements.max.max;
    form.elements.sort.value = query.get("sort") ?? "featured";
    render();
  };

  form.addEventListener("input", render);
  form.addEventListener("change", () => history.pushState(null, "", address()));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    history.pushState(null, "", address());
  });
  form.addEventListener("reset", (event) => {
    event.preventDefault();
    history.pushState(null, "", location.pathname);
    restore();
  });
  addEventListener("popstate", restore);
}
