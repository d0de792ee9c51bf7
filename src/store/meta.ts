/** Names and values the tool keeps about itself. */
import type { Fence } from '../app/ports.ts';
import type { Db } from './database.ts';
import { engineWrite, type Session, write } from './session.ts';

export async function meta(session: Session, name: string): Promise<string | null> {
  const row = await session.db
    .selectFrom('meta')
    .select('value')
    .where('name', '=', name)
    .executeTakeFirst();
  return row?.value ?? null;
}

export async function putMeta(session: Session, name: string, value: string): Promise<void> {
  await write(session, (db) => writeMeta(db, name, value));
}

/** Throws LEASE_LOST, and writes nothing, when another run has taken over. */
export async function noteInRun(
  session: Session,
  fence: Fence,
  name: string,
  value: string,
): Promise<void> {
  await engineWrite(session, fence, (db) => writeMeta(db, name, value));
}

export async function writeMeta(db: Db, name: string, value: string): Promise<void> {
  await db.replaceInto('meta').values({ name, value }).execute();
}

/** Writes the value unless there is one; answers the one that stands. */
export async function settleMeta(session: Session, name: string, value: string): Promise<string> {
  return write(session, async (db) => {
    await db
      .insertInto('meta')
      .values({ name, value })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    return (await meta({ ...session, db }, name)) ?? value;
  });
}
