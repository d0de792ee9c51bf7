import type { FaultKind, ScriptedFault } from '../faults.ts';
import { fieldsOf, listOf, numberOf, textOf } from './json.ts';
import type { ShipbobAction } from './seed.ts';

/**
 * Bodies of the control calls. Only the discriminator is checked: they come from the demonstration
 * and from tests, and an action with wrong fields fails when it is performed.
 */
export function readActions(body: unknown): ShipbobAction[] {
  const many = fieldsOf(body).actions;
  return (Array.isArray(many) ? many : [body]).map((action: unknown) => {
    if (textOf(fieldsOf(action).kind) === null) throw new Error('An action needs a kind.');
    return action as ShipbobAction;
  });
}

export function readFaults(body: unknown): {
  clear: boolean;
  script: ScriptedFault[];
  rates: Partial<Record<FaultKind, number>> | null;
} {
  const fields = fieldsOf(body);
  const script = listOf(fields.script).map((entry) => {
    const fault = fieldsOf(entry);
    const match = textOf(fault.match);
    const kind = textOf(fault.kind);
    if (match === null || kind === null) throw new Error('A scripted fault needs match and kind.');
    return { match, kind: kind as FaultKind, times: numberOf(fault.times) ?? 1 };
  });
  const rates =
    fields.rates === undefined
      ? null
      : (fieldsOf(fields.rates) as Partial<Record<FaultKind, number>>);
  return { clear: fields.clear === true, script, rates };
}
