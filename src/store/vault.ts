/** Credentials as sealed bytes; what they mean is known only to the vault in `runtime/`. */
import { type Session, write } from './session.ts';

export async function sealed(session: Session, name: string): Promise<Uint8Array | null> {
  const row = await session.db
    .selectFrom('sealed')
    .select('bytes')
    .where('name', '=', name)
    .executeTakeFirst();
  return row?.bytes ?? null;
}

export async function putSealed(
  session: Session,
  name: string,
  bytes: Uint8Array,
  nowMs: number,
): Promise<void> {
  const row = { name, bytes: Buffer.from(bytes), updated_at_ms: nowMs };
  await write(session, async (db) => {
    await db.replaceInto('sealed').values(row).execute();
  });
}

export async function sealedNames(
  session: Session,
): Promise<{ name: string; updatedAtMs: number }[]> {
  const rows = await session.db
    .selectFrom('sealed')
    .select(['name', 'updated_at_ms'])
    .orderBy('name')
    .execute();
  return rows.map((row) => ({ name: row.name, updatedAtMs: row.updated_at_ms }));
}
