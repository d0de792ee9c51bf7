import type { HttpAnswer } from '../../runtime/http-server.ts';
import type { Query } from './query.ts';
import { emptyReply, jsonReply } from './reply.ts';

/**
 * A page-numbered list: a bare array with five headers, sent in lower case. Past the last page the
 * body is empty, not `[]` (section 4). Only the page is turned into JSON.
 */
export function numberedPage<T>(settings: {
  rows: readonly T[];
  page: number;
  limit: number;
  href: string;
  query: Query;
  write: (row: T) => unknown;
}): HttpAnswer {
  const { rows, page, limit } = settings;
  const pages = Math.ceil(rows.length / limit);
  const next = page < pages ? `${settings.href}?${settings.query.with('Page', `${page + 1}`)}` : '';
  const headers = {
    'page-number': String(page),
    'page-size': String(limit),
    'total-pages': String(pages),
    'total-count': String(rows.length),
    'next-page': next,
  };
  if (page > 1 && page > pages) return emptyReply(200, headers);
  const shown = rows.slice((page - 1) * limit, page * limit);
  return jsonReply(shown.map(settings.write), { headers });
}

/** How a resource writes the link to its next page (section 4). */
export type CursorLink = (cursor: string) => string;

/** A cursor envelope. The cursor keeps the filters, so that it alone suffices for the next page. */
export function cursorPage<T>(settings: {
  rows: readonly T[];
  offset: number;
  size: number;
  filters: string;
  link: CursorLink;
  write: (row: T) => unknown;
}): Record<string, unknown> {
  const { rows, offset, size, filters, link } = settings;
  const at = (start: number) => link(writeCursor({ filters, offset: start, size }));
  const lastStart = Math.max(0, (Math.ceil(rows.length / size) - 1) * size);
  return {
    first: at(0),
    items: rows.slice(offset, offset + size).map(settings.write),
    last: at(lastStart),
    next: offset + size < rows.length ? at(offset + size) : null,
    prev: offset > 0 ? at(Math.max(0, offset - size)) : null,
  };
}

export interface Cursor {
  filters: string;
  offset: number;
  size: number;
}

export function writeCursor(cursor: Cursor): string {
  return Buffer.from(JSON.stringify([cursor.filters, cursor.offset, cursor.size])).toString(
    'base64url',
  );
}

/** Null for what this simulator did not write. */
export function readCursor(text: string): Cursor | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    if (!Array.isArray(value)) return null;
    const [filters, offset, size]: unknown[] = value;
    if (typeof filters !== 'string' || typeof offset !== 'number') return null;
    return typeof size === 'number' ? { filters, offset, size } : null;
  } catch {
    return null;
  }
}
