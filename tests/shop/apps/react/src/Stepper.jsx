import styled from "@emotion/styled";

const Box = styled.span`
  display: inline-flex;
  align-items: center;
  border: 1.5px solid ${({ theme }) => theme.line};
  border-radius: 8px;
  overflow: hidden;
  button { border: 0; background: none; color: inherit; font: inherit; width: 2rem; height: 2rem; cursor: pointer; }
  button:hover { background: ${({ theme }) => theme.line}; }
  input { width: 3rem; height: 2rem; border: 0; background: none; color: inherit; font: inherit; text-align: center; font-variant-numeric: tabular-nums; }
`;

/** A controlled number that accepts digits only. */
export function Stepper({ label, value, onChange }) {
  return (
    <Box>
      <button type="button" aria-label={`One less: ${label}`} onClick={() => onChange(value - 1)}>−</button>
      <input
        aria-label={`Pieces: ${label}`}
        inputMode="numeric"
        value={value}
        onChange={(event) => onChange(Number(event.target.value.replace(/\D/g, "")))}
      />
      <button type="button" aria-label={`One more: ${label}`} onClick={() => onChange(value + 1)}>+</button>
    </Box>
  );
}
