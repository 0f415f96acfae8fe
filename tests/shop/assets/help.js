// The help page: stock badges, the sky, the dialog.
{
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    :host { display: block; }
    div { display: flex; align-items: center; gap: 0.75rem; padding: 0.7rem 0.9rem; border-radius: 10px; background: #eef3f1; }
    i { width: 10px; height: 10px; border-radius: 50%; background: #8aa19a; flex: none; }
    div.high i { background: #2e8b57; }
    div.low i { background: #e8501f; }
    slot, b { flex: 1; font-weight: 550; }
    span { color: #586964; font-size: 0.9rem; font-variant-numeric: tabular-nums; }
    button { font: inherit; font-size: 0.85rem; border: 1px solid #a9b8b4; border-radius: 999px; background: #fff; padding: 0.2rem 0.8rem; min-height: 2rem; cursor: pointer; }
    button:hover { border-color: #12302b; }
    button:focus-visible { outline: 2px solid #e8501f; outline-offset: 2px; }
  `);

  class StockBadge extends HTMLElement {
    connectedCallback() {
      if (this.shadowRoot) return;
      const root = this.attachShadow({ mode: "open" });
      root.adoptedStyleSheets = [sheet];
      root.innerHTML = `<div part="row"><i></i><b></b><span role="status">…</span><button type="button"></button></div>`;
      root.querySelector("b").textContent = this.getAttribute("label");
      const button = root.querySelector("button");
      button.textContent = this.getAttribute("again");
      button.addEventListener("click", () => this.load());
      this.load();
    }

    async load() {
      const root = this.shadowRoot;
      const words = root.querySelector("span");
      words.textContent = "…";
      const response = await fetch(`/api/stock/${encodeURIComponent(this.getAttribute("slug"))}`);
      if (!response.ok) return;
      const answer = await response.json();
      words.textContent = answer.words;
      root.querySelector("div").className = answer.low ? "low" : "high";
    }
  }
  customElements.define("stock-badge", StockBadge);

  for (const button of document.querySelectorAll("[data-opens]")) {
    button.addEventListener("click", () => document.getElementById(button.dataset.opens).showModal());
  }
  for (const button of document.querySelectorAll("[data-closes]")) {
    button.addEventListener("click", () => document.getElementById(button.dataset.closes).close());
  }

  // Northern lights over the fells.
  const canvas = document.getElementById("sky");
  const ink = canvas.getContext("2d");
  const { width, height } = canvas;
  const stars = Array.from({ length: 90 }, (_, i) => [(i * 379) % width, (i * 211) % (height * 0.75), 0.4 + ((i * 7) % 10) / 9]);
  const curtains = [
    { hue: 158, base: 0.5, speed: 0.00021, reach: 150 },
    { hue: 172, base: 0.38, speed: 0.00033, reach: 120 },
    { hue: 282, base: 0.3, speed: 0.00017, reach: 90 },
  ];

  const curtain = ({ hue, base, speed, reach }, time) => {
    for (let x = 0; x < width; x += 6) {
      const wave = Math.sin(x * 0.006 + time * speed * 6) + 0.6 * Math.sin(x * 0.015 - time * speed * 4);
      const bright = 0.5 + 0.5 * Math.sin(x * 0.021 + time * speed * 9);
      const y = height * base + wave * 34;
      const tall = reach * (0.6 + 0.4 * bright);
      const light = ink.createLinearGradient(0, y - tall, 0, y + 30);
      light.addColorStop(0, `hsl(${hue} 80% 60% / 0)`);
      light.addColorStop(0.75, `hsl(${hue} 80% 62% / ${0.1 + 0.28 * bright})`);
      light.addColorStop(1, `hsl(${hue} 80% 60% / 0)`);
      ink.fillStyle = light;
      ink.fillRect(x, y - tall, 6, tall + 30);
    }
  };

  const draw = (time) => {
    const night = ink.createLinearGradient(0, 0, 0, height);
    night.addColorStop(0, "#071421");
    night.addColorStop(1, "#123a44");
    ink.fillStyle = night;
    ink.fillRect(0, 0, width, height);
    for (const [x, y, size] of stars) {
      ink.fillStyle = `rgb(255 255 255 / ${0.35 + 0.3 * Math.sin(time * 0.001 + x)})`;
      ink.fillRect(x, y, size * 1.6, size * 1.6);
    }
    ink.globalCompositeOperation = "lighter";
    for (const one of curtains) curtain(one, time);
    ink.globalCompositeOperation = "source-over";
    ink.fillStyle = "#071714";
    ink.beginPath();
    ink.moveTo(0, height);
    for (let x = 0; x <= width; x += 12) {
      ink.lineTo(x, height - 34 - 26 * Math.sin(x * 0.0052 + 1) - 12 * Math.sin(x * 0.019));
    }
    ink.lineTo(width, height);
    ink.fill();
  };

  if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
    draw(4000);
  } else {
    const loop = (time) => {
      draw(time);
      requestAnimationFrame(loop);
    };
    requestAnimationFrame(loop);
  }
}
