import type { MappingTrace } from '../app/ports.ts';
import type { JsonObject } from '../core/glossary.ts';
import type { MappingRow } from './table.ts';

export function mappingTrace(row: MappingRow): MappingTrace {
  return {
    kind: row.kind,
    source: row.source,
    target: JSON.parse(row.target_json) as JsonObject,
    because: row.because,
    validFromMs: row.valid_from_ms,
    validToMs: row.valid_to_ms,
    setBy: row.set_by,
    setAtMs: row.set_at_ms,
    endedBy: row.ended_by,
    endedAtMs: row.ended_at_ms,
    endedBecause: row.ended_because,
  };
}
