import { useDeferredValue, useEffect, useMemo, useReducer, useState } from "react";
import { Global, ThemeProvider } from "@emotion/react";
import { AddForm } from "./AddForm.jsx";
import { Stepper } from "./Stepper.jsx";
import { places } from "./data.js";
import { PER_PAGE, ledger, start, visible } from "./ledger.js";
import { Bar, Button, Card, Choice, Field, Head, Level, Row, Shell, Table, global, themes } from "./look.js";

const columns = [
  ["id", "Number"],
  ["name", "Name"],
  ["place", "Place"],
  ["pieces", "Pieces"],
  ["price", "Price"],
];

export function App() {
  const [state, dispatch] = useReducer(ledger, start);
  const [night, setNight] = useState(false);
  const text = useDeferredValue(state.text);
  const rows = useMemo(() => visible({ ...state, text }), [state, text]);
  const pages = Math.max(1, Math.ceil(rows.length / PER_PAGE));
  const page = Math.min(state.page, pages - 1);
  const pieces = rows.reduce((sum, row) => sum + row.pieces, 0);

  useEffect(() => {
    document.title = `Stock ledger (${rows.length})`;
  }, [rows.length]);

  return (
    <ThemeProvider theme={night ? themes.night : themes.day}>
      <Global styles={global} />
      <Shell>
        <Head>
          <div>
            <h1>Stock ledger</h1>
            <p aria-live="polite">{rows.length} lines, {pieces} pieces on the shelves</p>
          </div>
          <Button quiet type="button" aria-pressed={night} onClick={() => setNight(!night)}>{night ? "Day" : "Night"}</Button>
        </Head>
        <Filters state={state} dispatch={dispatch} />
        <Card>
          <AddForm onAdd={(row) => dispatch({ type: "add", row })} />
          <Lines rows={rows.slice(page * PER_PAGE, (page + 1) * PER_PAGE)} sort={state.sort} dispatch={dispatch} />
        </Card>
        <Pager page={page} pages={pages} onPage={(to) => dispatch({ type: "page", page: to })} />
      </Shell>
    </ThemeProvider>
  );
}

function Filters({ state, dispatch }) {
  const set = (part) => dispatch({ type: "filter", part });
  return (
    <Bar role="search" onSubmit={(event) => event.preventDefault()}>
      <Field type="search" name="text" placeholder="Find a line" aria-label="Find a line" value={state.text} onChange={(event) => set({ text: event.target.value })} />
      <Choice name="place" aria-label="Place" value={state.place} onChange={(event) => set({ place: event.target.value })}>
        <option value="all">All places</option>
        {places.map((place) => <option key={place}>{place}</option>)}
      </Choice>
      <label>
        <input type="checkbox" name="low" checked={state.low} onChange={(event) => set({ low: event.target.checked })} /> Running low
      </label>
      <Button quiet type="button" onClick={() => set({ text: "", place: "all", low: false })}>Clear</Button>
    </Bar>
  );
}

function Lines({ rows, sort, dispatch }) {
  return (
    <Table>
      <thead>
        <tr>
          {columns.map(([by, name]) => (
            <th key={by} scope="col" aria-sort={sort.by === by ? (sort.down ? "descending" : "ascending") : undefined}>
              <button type="button" onClick={() => dispatch({ type: "sort", by })}>
                {name} {sort.by === by ? (sort.down ? "↓" : "↑") : ""}
              </button>
            </th>
          ))}
          <th scope="col">Level</th>
          <th scope="col">Counted</th>
          <th />
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <Row key={row.id} done={row.done} data-id={row.id}>
            <td>{row.id}</td>
            <td>{row.name}</td>
            <td>{row.place}</td>
            <td><Stepper label={row.name} value={row.pieces} onChange={(to) => dispatch({ type: "pieces", id: row.id, pieces: to })} /></td>
            <td>€{row.price}</td>
            <td><Level part={Math.min(1, row.pieces / 64)} /></td>
            <td><input type="checkbox" aria-label={`Counted: ${row.name}`} checked={row.done} onChange={(event) => dispatch({ type: "done", id: row.id, done: event.target.checked })} /></td>
            <td><Button quiet type="button" aria-label={`Remove ${row.name}`} onClick={() => dispatch({ type: "remove", id: row.id })}>×</Button></td>
          </Row>
        ))}
      </tbody>
    </Table>
  );
}

function Pager({ page, pages, onPage }) {
  return (
    <nav aria-label="Pages" css={{ display: "flex", gap: "0.75rem", alignItems: "center", marginTop: "1rem" }}>
      <Button quiet type="button" disabled={page === 0} onClick={() => onPage(page - 1)}>Previous</Button>
      <span>{page + 1} of {pages}</span>
      <Button quiet type="button" disabled={page === pages - 1} onClick={() => onPage(page + 1)}>Next</Button>
    </nav>
  );
}
