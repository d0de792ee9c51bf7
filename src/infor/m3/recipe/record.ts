import type { MiCall } from '../mi.ts';
import type { Row } from './session.ts';

/** The record without blank values: blank means "not given" to M3 (reference: infor-api §2.4). */
export function given(record: Row): Row {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== ''));
}

/** The first `lengthMax` characters; M3 counts characters, not UTF-16 units. */
export function cut(text: string, lengthMax: number): string {
  return [...text.trim()].slice(0, lengthMax).join('').trimEnd();
}

export function callsOf(call: MiCall | undefined): MiCall[] {
  return call === undefined ? [] : [call];
}

/** Groups in order of first appearance. */
export function groupBy<Value>(
  values: Value[],
  key: (value: Value) => string,
): [string, Value[]][] {
  const groups = new Map<string, Value[]>();
  for (const value of values) {
    const name = key(value);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [value]);
    else group.push(value);
  }
  return [...groups];
}
