import type { HttpAnswer } from '../../runtime/http-server.ts';

/** Errors as ShipBob words them; the body differs by service (section 10). */

export function jsonReply(
  value: unknown,
  extra: { status?: number; headers?: Record<string, string> } = {},
): HttpAnswer {
  return {
    status: extra.status ?? 200,
    headers: { 'content-type': 'application/json; charset=utf-8', ...extra.headers },
    body: JSON.stringify(value),
  };
}

export function emptyReply(status: number, headers: Record<string, string> = {}): HttpAnswer {
  return { status, headers };
}

/** Orders, channels, receiving: a map from field to messages. */
export function mapReply(status: number, problems: Record<string, string[]>): HttpAnswer {
  return jsonReply(problems, { status });
}

/** Inventory and billing: problem details of RFC 7807. */
export function problemReply(status: number, title: string, detail: string): HttpAnswer {
  return {
    status,
    headers: { 'content-type': 'application/problem+json; charset=utf-8' },
    body: JSON.stringify({ type: 'about:blank', title, status, detail, instance: null }),
  };
}

/** Receiving: problem details with a map of errors. */
export function validationReply(status: number, errors: Record<string, string[]>): HttpAnswer {
  return {
    status,
    headers: { 'content-type': 'application/problem+json; charset=utf-8' },
    body: JSON.stringify({ type: null, title: 'Not Found', status, detail: null, errors }),
  };
}

export function textReply(status: number, text: string): HttpAnswer {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: text };
}

export function htmlReply(status: number, title: string): HttpAnswer {
  const head = `<!DOCTYPE html><html><head><title>${title}</title></head>`;
  return {
    status,
    headers: { 'content-type': 'text/html; charset=UTF-8' },
    body: `${head}<body><h1>${title}</h1></body></html>`,
  };
}
