/** What the simulators were asked, counted where it arrives. */
import type { HttpRequest } from '../src/runtime/http-server.ts';

export interface Traffic {
  shipbob: { calls: number; byRoute: Record<string, number> };
  infor: {
    /** HTTP requests, logins left out. */
    calls: number;
    /** What one call per transaction would have taken. */
    transactions: number;
    byTransaction: Record<string, { transactions: number; calls: number }>;
  };
}

export interface TrafficCount {
  shipbob(request: HttpRequest): void;
  /** Answers how many transactions the request holds; 0 for a login. */
  infor(request: HttpRequest): number;
  read(): Traffic;
}

export function createTrafficCount(): TrafficCount {
  const routes = new Map<string, number>();
  const byTransaction = new Map<string, { transactions: number; calls: number }>();
  let shipbobCalls = 0;
  let inforCalls = 0;
  let transactions = 0;
  return {
    shipbob(request) {
      if (request.path.startsWith('/__')) return;
      shipbobCalls += 1;
      const name = `${request.method} ${routeOf(request.path)}`;
      routes.set(name, (routes.get(name) ?? 0) + 1);
    },
    infor(request) {
      const names = transactionNames(request);
      if (names.length === 0) return 0;
      inforCalls += 1;
      transactions += names.length;
      for (const name of names) {
        const row = byTransaction.get(name) ?? { transactions: 0, calls: 0 };
        row.transactions += 1;
        // A request of many kinds counts once in all: each kind has its share of it.
        row.calls += 1 / names.length;
        byTransaction.set(name, row);
      }
      return names.length;
    },
    read: () => ({
      shipbob: { calls: shipbobCalls, byRoute: Object.fromEntries(routes) },
      infor: {
        calls: inforCalls,
        transactions,
        byTransaction: Object.fromEntries(
          [...byTransaction].map(([name, row]) => [
            name,
            { ...row, calls: Math.round(row.calls * 100) / 100 },
          ]),
        ),
      },
    }),
  };
}

/** The path with numbers left out. */
function routeOf(path: string): string {
  return path.replace(/\/\d{4,}(?=\/|$)/g, '/{id}').replace(/^\/\d{4}-\d\d/, '');
}

/** `PROGRAM/Transaction` of each item; none for what is not an MI call. */
export function transactionNames({ method, path, body }: HttpRequest): string[] {
  const at = path.indexOf('/execute');
  if (at < 0) return [];
  const tail = path.slice(at + '/execute'.length).replace(/^\//, '');
  if (method === 'GET') {
    const [program = '', transaction = ''] = tail.split(/[/;]/);
    return [`${program}/${transaction}`];
  }
  const bulk: unknown = JSON.parse(body);
  if (typeof bulk !== 'object' || bulk === null) return [];
  const program = 'program' in bulk ? String(bulk.program) : '';
  const items = 'transactions' in bulk && Array.isArray(bulk.transactions) ? bulk.transactions : [];
  return items.map((item: { transaction?: string }) => `${program}/${item.transaction ?? ''}`);
}

/** What was asked between two readings. */
export function trafficSince(before: Traffic, now: Traffic): Traffic {
  const byTransaction = Object.entries(now.infor.byTransaction).flatMap(([name, row]) => {
    const old = before.infor.byTransaction[name] ?? { transactions: 0, calls: 0 };
    const made = row.transactions - old.transactions;
    if (made === 0) return [];
    return [[name, { transactions: made, calls: row.calls - old.calls }] as const];
  });
  const byRoute = Object.entries(now.shipbob.byRoute).flatMap(([name, calls]) => {
    const made = calls - (before.shipbob.byRoute[name] ?? 0);
    return made === 0 ? [] : [[name, made] as const];
  });
  return {
    shipbob: {
      calls: now.shipbob.calls - before.shipbob.calls,
      byRoute: Object.fromEntries(byRoute),
    },
    infor: {
      calls: now.infor.calls - before.infor.calls,
      transactions: now.infor.transactions - before.infor.transactions,
      byTransaction: Object.fromEntries(byTransaction),
    },
  };
}
