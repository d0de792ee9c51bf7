import type { ListedCentre, ShipbobSurvey } from '../app/ports.ts';
import { parseExactJson } from '../runtime/exact-json.ts';
import { supportEndsAtMs } from './api-version.ts';
import { isObject, Row } from './schema.ts';
import { createTransport, type TransportParts } from './transport.ts';

/** What `mlc doctor` wants to know of ShipBob and no run reads (port `ShipbobSurvey`). */
export function createShipbobSurvey(parts: TransportParts): ShipbobSurvey {
  let callsLeft: number | null = null;
  const transport = createTransport({
    ...parts,
    budget: {
      takeCall: (request) => parts.budget.takeCall(request),
      async noteRemaining(request) {
        callsLeft = request.remaining;
        await parts.budget.noteRemaining(request);
      },
    },
  });
  return {
    async centres() {
      const reply = await transport.fetch({
        method: 'GET',
        template: '/location',
        path: '/location',
        scope: 'locations_read',
        query: '',
        body: null,
        channel: null,
        read: ({ text }) => readCentres(text),
      });
      return reply.value;
    },
    supportEndsAtMs: () => supportEndsAtMs(parts.settings.apiVersion),
    callsLeft: () => callsLeft,
  };
}

/** Rows without an id are left out: nothing could be said of them. */
function readCentres(text: string): { value: ListedCentre[] } | null {
  const parsed = parseExactJson(text);
  if (!parsed || !Array.isArray(parsed.value)) return null;
  const rows = parsed.value.filter(isObject).map((each) => new Row(each));
  const centres = rows.map((row) => ({ id: row.text('id'), name: row.text('name') }));
  return { value: centres.filter(({ id }) => id !== '') };
}
