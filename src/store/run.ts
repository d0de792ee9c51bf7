/** Past runs, for people. */
import type { RunDetail, RunFilter } from '../app/ports.ts';
import { assert } from '../core/problem.ts';
import { runDetail } from './run-schema.ts';
import type { Session } from './session.ts';

export async function runList(session: Session, filter: RunFilter): Promise<RunDetail[]> {
  const { command, limit } = filter;
  assert(limit > 0, 'a list of runs has a limit');
  let query = session.db.selectFrom('run').selectAll();
  if (command !== null) {
    query = query.where((where) =>
      where.or([
        where('command', '=', command),
        where(
          where.fn('substr', ['command', where.lit(1), where.val(command.length + 1)]),
          '=',
          `${command} `,
        ),
      ]),
    );
  }
  const rows = await query.orderBy('id', 'desc').limit(limit).execute();
  return rows.map(runDetail);
}

export async function runById(session: Session, id: number): Promise<RunDetail | null> {
  const row = await session.db
    .selectFrom('run')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst();
  return row === undefined ? null : runDetail(row);
}
