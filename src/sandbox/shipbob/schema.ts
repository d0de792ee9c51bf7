import { type FaultKind, faultKinds, type ScriptedFault } from '../faults.ts';
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
    return { match, kind: kindOf(kind), times: numberOf(fault.times) ?? 1 };
  });
  const rates =
    fields.rates === undefined
      ? null
      : Object.fromEntries(
          Object.entries(fieldsOf(fields.rates)).map(([kind, rate]) => [
            kindOf(kind),
            numberOf(rate) ?? 0,
          ]),
        );
  return { clear: fields.clear === true, script, rates };
}

function kindOf(text: string): FaultKind {
  const kind = faultKinds.find((each) => each === text);
  if (kind === undefined) throw new Error(`There is no fault ${text}.`);
  return kind;
}
