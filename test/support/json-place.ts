/** A value in a JSON text, and the name it has there; null for an element or the whole. */
export interface JsonPlace {
  start: number;
  end: number;
  name: { start: number; end: number } | null;
}

/** Every value of a valid JSON text; empty when the text is none. */
export function jsonPlaces(text: string): JsonPlace[] {
  const places: JsonPlace[] = [];
  let at = 0;
  const skip = () => {
    while (/\s/.test(text[at] ?? '')) at += 1;
  };
  const string = () => {
    at += 1;
    while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
    at += 1;
  };
  const members = (close: string, one: () => void) => {
    at += 1;
    for (skip(); at < text.length && text[at] !== close; skip()) {
      one();
      skip();
      if (text[at] === ',') at += 1;
    }
    at += 1;
  };
  const value = (name: JsonPlace['name']) => {
    skip();
    const place = { start: at, end: at, name };
    places.push(place);
    const first = text[at];
    if (first === '"') string();
    else if (first === '[') members(']', () => value(null));
    else if (first === '{') {
      members('}', () => {
        const start = at;
        string();
        const end = at;
        skip();
        at += 1;
        value({ start, end });
      });
    } else while (at < text.length && !/[\s,\]}]/.test(text[at] ?? '')) at += 1;
    place.end = at;
  };
  try {
    JSON.parse(text);
    value(null);
  } catch {
    // No JSON, or nested too deeply to be walked.
    return [];
  }
  return places;
}
