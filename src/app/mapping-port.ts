/** The port to the mappings that people set. Import it from ports.ts. */
import type {
  Mapping,
  MappingChange,
  MappingDraft,
  MappingEvent,
  MappingKey,
  MappingKind,
  MappingTarget,
} from '../core/mapping.ts';

export type { Mapping, MappingChange, MappingDraft, MappingEvent, MappingKey };

/** Who changes mappings, and why. */
export interface MappingAct {
  actor: string;
  /** Goes with the mapping and into the audit trail's body; null when nothing was said. */
  because: string | null;
  nowMs: number;
}

/** A mapping as it is stored; one that no longer reads as such says why. */
export type StoredMapping = Omit<Mapping, 'target'> & {
  kind: MappingKind;
  standing: 'inForce' | 'future' | 'ended';
} & ({ target: MappingTarget; broken: null } | { target: null; broken: string });

export interface MappingStore {
  /**
   * Those in force at `nowMs`. Throws Problem MAPPING_BROKEN (configuration) when one of them cannot
   * be read.
   */
  currentMappings(nowMs: number): Promise<Mapping[]>;
  /** By kind and source, the older first; broken ones too. */
  mappings(filter: {
    kinds: MappingKind[] | null;
    /** `standing`: in force or to come. */
    state: 'standing' | 'all';
    nowMs: number;
  }): Promise<StoredMapping[]>;
  /**
   * Ends the one in force when this one begins, and lasts until one begins that was set for later.
   * The same again changes nothing. Throws Problem MAPPING_INVALID, MAPPING_BACKDATED or
   * MAPPING_OVERLAPS (all configuration).
   */
  setMapping(draft: MappingDraft, act: MappingAct): Promise<MappingChange>;
  /** Ends what is in force and all that is to come; null when there was nothing. */
  removeMapping(key: MappingKey, act: MappingAct): Promise<MappingChange | null>;
  /** All of it or nothing, in one transaction. Removals come first. */
  importMappings(
    request: { set: MappingDraft[]; remove: MappingKey[] },
    act: MappingAct,
  ): Promise<MappingChange[]>;
  /** What people changed in [fromMs, toMs), oldest first. */
  mappingHistory(filter: { fromMs: number; toMs: number }): Promise<MappingEvent[]>;
}
