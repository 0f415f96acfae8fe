import { useId, useState } from "react";
import styled from "@emotion/styled";
import { places } from "./data.js";
import { Button, Choice, Field } from "./look.js";

const Form = styled.form`
  display: grid;
  grid-template-columns: 2fr 1fr 6rem 6rem auto;
  gap: 0.75rem;
  align-items: end;
  padding: 1rem;
  label { display: grid; gap: 0.25rem; font-size: 0.85rem; font-weight: 600; }
  p { grid-column: 1 / -1; margin: 0; color: ${({ theme }) => theme.signal}; }
  @media (max-width: 44rem) { grid-template-columns: 1fr 1fr; }
`;

const empty = { name: "", place: places[0], pieces: "1", price: "49" };

export function AddForm({ onAdd }) {
  const [draft, setDraft] = useState(empty);
  const [wrong, setWrong] = useState("");
  const hint = useId();
  const bind = (name) => ({
    value: draft[name],
    onChange: (event) => setDraft({ ...draft, [name]: event.target.value }),
  });

  const submit = (event) => {
    event.preventDefault();
    if (draft.name.trim().length < 3) {
      setWrong("A name has at least three letters.");
      return;
    }
    onAdd({ name: draft.name.trim(), place: draft.place, pieces: Number(draft.pieces), price: Number(draft.price) });
    setDraft(empty);
    setWrong("");
  };

  return (
    <Form onSubmit={submit} noValidate>
      <label>Name <Field {...bind("name")} name="name" aria-describedby={hint} aria-invalid={wrong !== ""} /></label>
      <label>Place <Choice {...bind("place")} name="place">{places.map((place) => <option key={place}>{place}</option>)}</Choice></label>
      <label>Pieces <Field {...bind("pieces")} name="pieces" type="number" min="0" /></label>
      <label>Price <Field {...bind("price")} name="price" type="number" min="0" /></label>
      <Button type="submit">Add</Button>
      {wrong && <p id={hint} role="alert">{wrong}</p>}
    </Form>
  );
}
