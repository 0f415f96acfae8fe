import { css, keyframes } from "@emotion/react";
import styled from "@emotion/styled";

export const themes = {
  day: { ground: "#f2f5f4", card: "#ffffff", ink: "#13211e", soft: "#586964", line: "#d5dddb", accent: "#1d4a42", signal: "#cf4415", mark: "#dcefe2" },
  night: { ground: "#0d1917", card: "#152522", ink: "#e7efec", soft: "#9db2ab", line: "#2a3f3a", accent: "#8fd0bd", signal: "#ff8a5c", mark: "#1d3b30" },
};

export const global = (theme) => css`
  * { box-sizing: border-box; }
  body { margin: 0; background: ${theme.ground}; color: ${theme.ink}; font: 15px/1.5 system-ui, sans-serif; transition: background 0.2s; }
  :focus-visible { outline: 2px solid ${theme.signal}; outline-offset: 2px; }
`;

const arrive = keyframes`
  from { opacity: 0; transform: translateY(-6px); }
`;

export const Shell = styled.main`
  width: min(100% - 2rem, 68rem);
  margin: 0 auto;
  padding: 2.5rem 0 4rem;
`;

export const Head = styled.header`
  display: flex;
  justify-content: space-between;
  align-items: end;
  gap: 1rem;
  flex-wrap: wrap;
  h1 { font-size: clamp(1.8rem, 4vw, 2.6rem); letter-spacing: -0.02em; line-height: 1.05; margin: 0; }
  p { margin: 0.35rem 0 0; color: ${({ theme }) => theme.soft}; }
`;

export const Bar = styled.form`
  display: grid;
  grid-template-columns: 2fr 1fr auto auto;
  gap: 0.75rem;
  align-items: center;
  margin: 1.5rem 0 1rem;
  @media (max-width: 44rem) { grid-template-columns: 1fr 1fr; }
`;

export const Field = styled.input`
  font: inherit;
  color: inherit;
  min-height: 2.6rem;
  width: 100%;
  padding: 0 0.8rem;
  border-radius: 8px;
  border: 1.5px solid ${({ theme }) => theme.line};
  background: ${({ theme }) => theme.card};
  &:hover { border-color: ${({ theme }) => theme.soft}; }
`;

export const Choice = Field.withComponent("select");

export const Button = styled("button", { shouldForwardProp: (name) => name !== "quiet" })`
  font: inherit;
  font-weight: 600;
  min-height: 2.6rem;
  padding: 0 1.1rem;
  border-radius: 999px;
  cursor: pointer;
  border: 1.5px solid ${({ theme, quiet }) => (quiet ? theme.line : theme.signal)};
  background: ${({ theme, quiet }) => (quiet ? "transparent" : theme.signal)};
  color: ${({ theme, quiet }) => (quiet ? theme.ink : theme.ground)};
  &:hover { filter: brightness(0.94); }
  &:disabled { opacity: 0.45; cursor: default; }
`;

export const Card = styled.section`
  background: ${({ theme }) => theme.card};
  border: 1px solid ${({ theme }) => theme.line};
  border-radius: 14px;
  overflow-x: auto;
`;

export const Table = styled.table`
  width: 100%;
  border-collapse: collapse;
  th, td { text-align: left; padding: 0.5rem 1rem; border-bottom: 1px solid ${({ theme }) => theme.line}; white-space: nowrap; }
  td:nth-of-type(n + 4), th:nth-of-type(n + 4) { font-variant-numeric: tabular-nums; }
  th button { font: inherit; font-weight: 600; color: ${({ theme }) => theme.soft}; background: none; border: 0; padding: 0.35rem 0; cursor: pointer; }
  th[aria-sort] button { color: ${({ theme }) => theme.ink}; }
  tbody tr:hover { background: color-mix(in srgb, ${({ theme }) => theme.accent} 7%, transparent); }
`;

export const Row = styled.tr`
  animation: ${arrive} 0.2s ease-out;
  ${({ done, theme }) => done && css`background: ${theme.mark}; td:nth-of-type(2) { text-decoration: line-through; opacity: 0.7; }`}
`;

/** One class per amount: rules are inserted while the page is used, too. */
export const Level = styled.div`
  width: 6rem;
  height: 0.45rem;
  border-radius: 99px;
  background: ${({ theme }) => theme.line};
  &::after {
    content: "";
    display: block;
    height: 100%;
    border-radius: inherit;
    width: ${({ part }) => Math.round(part * 20) * 5}%;
    background: ${({ part, theme }) => (part < 0.16 ? theme.signal : theme.accent)};
  }
`;
