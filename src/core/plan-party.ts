/** The customer or supplier of an order, checked against Infor. */
import type { OrderRecord } from './glossary.ts';
import { needKey } from './master.ts';
import type { FlagList, PlanWork } from './plan-input.ts';
import { sumQuantities } from './quantity.ts';
import { resolveCode } from './rules.ts';
import type { CodeSource } from './settings.ts';

interface Asked<Route> {
  order: OrderRecord;
  route: Route;
  strictness: 'new' | 'known';
  flags: FlagList;
}

/** The customer's number, or null with a flag or a need. */
export function findCustomer(
  work: PlanWork,
  asked: Asked<{ customer: CodeSource }>,
): string | null {
  const { order, route, strictness, flags } = asked;
  const units = { quantity: sumQuantities(order.lines.map((line) => line.quantity)) };
  const code = resolveCode(route.customer, order, work.settings.lookups);
  if (code.state === 'missing') {
    const evidence = { value: code.value, orderNumber: order.orderNumber };
    flags.raise('UNKNOWN_CUSTOMER', { cause: code.cause, evidence, ...units });
    return null;
  }
  // What is in Infor already keeps its customer, whatever happened to it since.
  if (strictness === 'known') return code.code;
  const need = { kind: 'customer', number: code.code } as const;
  const answer = work.master.ask<'customer'>(need);
  if (answer.state === 'missing') return null;
  const cause = needKey(need);
  if (answer.state !== 'known') {
    const evidence = { value: `number ${code.code}`, orderNumber: order.orderNumber };
    flags.raise('UNKNOWN_CUSTOMER', { cause, evidence, ...units });
    return null;
  }
  const { active, stopped, name } = answer.fact;
  if (active && !stopped) return code.code;
  const why = active ? 'stopped' : 'not active';
  flags.raise('CUSTOMER_BLOCKED', {
    cause,
    evidence: { number: code.code, name, why, orderNumber: order.orderNumber },
    ...units,
  });
  return null;
}

/** The supplier's number, or null with a flag or a need. */
export function findSupplier(
  work: PlanWork,
  asked: Asked<{ supplier: CodeSource }>,
): string | null {
  const { order, route, strictness, flags } = asked;
  const units = { quantity: sumQuantities(order.lines.map((line) => line.quantity)) };
  const code = resolveCode(route.supplier, order, work.settings.lookups);
  if (code.state === 'missing') {
    const evidence = { value: code.value, orderNumber: order.orderNumber };
    flags.raise('UNKNOWN_SUPPLIER', { cause: code.cause, evidence, ...units });
    return null;
  }
  if (strictness === 'known') return code.code;
  const need = { kind: 'supplier', number: code.code } as const;
  const answer = work.master.ask<'supplier'>(need);
  if (answer.state === 'missing') return null;
  const cause = needKey(need);
  if (answer.state !== 'known') {
    const evidence = { value: `number ${code.code}`, orderNumber: order.orderNumber };
    flags.raise('UNKNOWN_SUPPLIER', { cause, evidence, ...units });
    return null;
  }
  if (answer.fact.active) return code.code;
  const evidence = { number: code.code, name: answer.fact.name, orderNumber: order.orderNumber };
  flags.raise('SUPPLIER_BLOCKED', { cause, evidence, ...units });
  return null;
}
