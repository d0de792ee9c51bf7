export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;
/** A Monday noon; the week holds the day on which American clocks change. */
export const startAtMs = Date.UTC(2026, 2, 2, 12);
/** Until then things go wrong; afterwards everything may come to rest. */
export const stormEndAtMs = startAtMs + 8 * dayMs;
