/** Names and values the tool keeps about itself. */
import { type Session, write } from './session.ts';

export async function meta(session: Session, name: string): Promise<string | null> {
  const row = await session.db
    .selectFrom('meta')
    .select('value')
    .where('name', '=', name)
    .executeTakeFirst();
  return row?.value ?? null;
}

export async function putMeta(session: Session, name: string, value: string): Promise<void> {
  await write(session, async (db) => {
    await db.replaceInto('meta').values({ name, value }).execute();
  });
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
