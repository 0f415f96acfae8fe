import { initial } from "./data.js";

export const start = { rows: initial, text: "", place: "all", low: false, sort: { by: "id", down: false }, page: 0 };
export const PER_PAGE = 12;

export function ledger(state, action) {
  const change = (id, part) => ({ ...state, rows: state.rows.map((row) => (row.id === id ? { ...row, ...part } : row)) });
  switch (action.type) {
    case "filter":
      return { ...state, ...action.part, page: 0 };
    case "sort": {
      const down = state.sort.by === action.by && !state.sort.down;
      return { ...state, sort: { by: action.by, down } };
    }
    case "page":
      return { ...state, page: action.page };
    case "pieces":
      return change(action.id, { pieces: Math.max(0, Math.min(999, action.pieces)) });
    case "done":
      return change(action.id, { done: action.done });
    case "add":
      return { ...state, rows: [{ ...action.row, id: `AN-${2000 + state.rows.length}`, done: false }, ...state.rows] };
    case "remove":
      return { ...state, rows: state.rows.filter((row) => row.id !== action.id) };
    default:
      throw new Error(`unknown action ${action.type}`);
  }
}

export function visible({ rows, text, place, low, sort }) {
  const wanted = text.trim().toLowerCase();
  const sign = sort.down ? -1 : 1;
  return rows
    .filter((row) => place === "all" || row.place === place)
    .filter((row) => !low || row.pieces < 10)
    .filter((row) => row.name.toLowerCase().includes(wanted) || row.id.toLowerCase().includes(wanted))
    .toSorted((a, b) => sign * (typeof a[sort.by] === "number" ? a[sort.by] - b[sort.by] : a[sort.by].localeCompare(b[sort.by])));
}
