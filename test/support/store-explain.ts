import Database from 'better-sqlite3';
import { Kysely, type RawBuilder, SqliteDialect } from 'kysely';
import { onTestFinished } from 'vitest';
import type { Tables } from '../../src/store/table.ts';

type Row = Record<string, unknown>;

/** Looks into the file of a store: what it holds, and how SQLite would answer a question. */
export function planOf(path: string): {
  all: (text: string) => Row[];
  explain: (query: RawBuilder<unknown>) => string;
} {
  const handle = new Database(path, { readonly: true });
  onTestFinished(() => {
    handle.close();
  });
  const compiler = new Kysely<Tables>({ dialect: new SqliteDialect({ database: handle }) });
  return {
    all: (text) => handle.prepare<[], Row>(text).all(),
    explain(query) {
      const { sql, parameters } = query.compile(compiler);
      const steps = handle.prepare<unknown[], Row>(`explain query plan ${sql}`).all(parameters);
      return steps.map(({ detail }) => String(detail)).join('\n');
    },
  };
}

/** Puts rows into the file of a store that it has no method for here. */
export function writeInto(path: string, text: string): void {
  const handle = new Database(path);
  handle.exec(text);
  handle.close();
}
