import type { RunDetail, RunTroubleRecord } from '../app/ports.ts';
import { runRecord } from './schema.ts';
import type { RunRow } from './table.ts';

export function runDetail(row: RunRow): RunDetail {
  const { audit_seq: seq, audit_head: mac, troubles_json: troubles } = row;
  return {
    ...runRecord(row),
    owner: row.owner,
    troubles: troubles === null ? null : (JSON.parse(troubles) as RunTroubleRecord[]),
    head: seq === null || mac === null ? null : { seq, mac },
  };
}
