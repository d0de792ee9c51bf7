import type { ExportedRow, ExportHeader, ExportRequest } from '../../app/ports.ts';
import type { JsonObject } from '../../core/glossary.ts';
import { Problem } from '../../core/problem.ts';
import { usageProblem } from '../command-options.ts';
import type { CommandContext, CommandOptions } from '../command-spec.ts';
import { type LineSink, lineSink, openReadOnly } from '../compose-audit.ts';
import { counted } from '../words.ts';
import { readMoment } from './moment.ts';
import { readRecordKey } from './record-key.ts';

export async function run(
  context: CommandContext,
  args: readonly string[],
  options: CommandOptions,
): Promise<number> {
  const request = requestOf(context, options);
  const { store, close } = await openReadOnly(context);
  const sink = lineSink(context, args[0], options.given('force') ? 'yes' : 'no');
  try {
    const header = await store.exportHeader(request);
    const pages = store.exportPages(request, header);
    const rows = await writeAll(context, { sink, request, header, pages });
    await sink.end();
    context.progress.clear();
    if (args[0] !== undefined && args[0] !== '-') {
      if (context.output.format === 'json') context.output.json({ file: args[0], rows });
      else context.output.line(`Wrote ${counted(rows, 'row')} to ${args[0]}.`);
    }
    return 0;
  } catch (thrown) {
    sink.drop();
    throw thrown;
  } finally {
    await close();
  }
}

function requestOf(context: CommandContext, options: CommandOptions): ExportRequest {
  const nowMs = context.clock.now();
  const from = options.text('from');
  const to = options.text('to');
  const record = options.text('record');
  const request = {
    fromMs: from === null ? null : readMoment(from, 'from', nowMs),
    toMs: to === null ? null : readMoment(to, 'to', nowMs),
    record: record === null ? null : readRecordKey(record, 'mlc audit export'),
  };
  if (request.fromMs !== null && request.toMs !== null && request.fromMs >= request.toMs) {
    throw usageProblem('--to must be later than --from', 'mlc audit export');
  }
  return request;
}

/** Answers how many rows there were; throws STOPPED when told to stop, and leaves no file then. */
async function writeAll(
  context: CommandContext,
  work: {
    sink: LineSink;
    request: ExportRequest;
    header: ExportHeader;
    pages: AsyncIterable<ExportedRow[]>;
  },
): Promise<number> {
  const { sink, request, header } = work;
  await sink.write([JSON.stringify(headerLine(context, request, header))]);
  let rows = 0;
  let after = header.before;
  for await (const page of work.pages) {
    context.stop.throwIfAborted();
    const lines = page.map((row) => JSON.stringify({ type: 'row', ...row }));
    if ((await sink.write(lines)) === 'gone') return rows;
    rows += page.length;
    const last = page.at(-1);
    if (last) after = { seq: last.seq, mac: last.mac };
    context.progress.update(`${counted(rows, 'row')} written`);
  }
  // Rows of one record have gaps between them, which are no part of the file.
  const missing = request.record === null && after.seq !== header.last;
  if (missing) throw broken(after.seq + 1);
  await sink.write([JSON.stringify({ type: 'trailer', rows, after, complete: true })]);
  return rows;
}

function headerLine(
  context: CommandContext,
  request: ExportRequest,
  header: ExportHeader,
): JsonObject {
  return {
    type: 'header',
    format: 'mlc-audit-export/1',
    databaseId: header.databaseId,
    exportedAtMs: context.clock.now(),
    fromMs: request.fromMs,
    toMs: request.toMs,
    record: request.record === null ? null : { ...request.record },
    // Whether each row follows the one above it.
    contiguous: request.record === null,
    before: { ...header.before },
    keys: header.keys.map((key) => ({ ...key })),
  };
}

function broken(seq: number): Problem {
  return new Problem({
    code: 'AUDIT_BROKEN',
    kind: 'rejected',
    message: `the audit trail cannot be handed over whole: row ${seq} is missing`,
    hint: 'See `mlc audit verify`.',
    evidence: { row: String(seq) },
  });
}
