const things = ["Kettle", "Blanket", "Lantern", "Jacket", "Rucksack", "Tent", "Hatchet", "Flask", "Bowl", "Apron", "Beanie", "Stool"];
const tones = ["Spruce", "Fog", "Ember", "Lichen", "Slate"];
export const places = ["Svolvær", "Bornholm", "Bodø"];

/** Sixty lines of stock, the same every time. */
export const initial = things.flatMap((thing, i) =>
  tones.map((tone, j) => {
    const n = i * tones.length + j;
    return {
      id: `AN-${1000 + n * 7}`,
      name: `${thing}, ${tone.toLowerCase()}`,
      place: places[(n * 5) % places.length],
      pieces: (n * 37) % 64,
      price: 29 + ((n * 53) % 180),
      done: false,
    };
  }),
);
