import { anchorLine } from '../../core/audit-anchor.ts';
import type { CommandContext, CommandOptions } from '../command-spec.ts';
import { appendLine, namedPath, openReadOnly, sendToSyslog } from '../compose-audit.ts';

export async function run(
  context: CommandContext,
  _args: readonly string[],
  options: CommandOptions,
): Promise<number> {
  const { store, close } = await openReadOnly(context);
  try {
    const head = await store.auditHead();
    const databaseId = (await store.meta('databaseId')) ?? '';
    const anchor = { atMs: context.clock.now(), databaseId, ...head };
    const line = anchorLine(anchor);
    const file = options.text('append');
    // Printed first: when the other places fail, there is at least this one.
    if (context.output.format === 'text') context.output.line(line);
    if (file !== null) appendLine(namedPath(context, file), line);
    if (options.given('syslog')) await sendToSyslog(line, context.environment);
    if (context.output.format === 'json') {
      context.output.json({
        ...anchor,
        line,
        appendedTo: file,
        syslog: options.given('syslog'),
      });
    }
    return 0;
  } finally {
    await close();
  }
}
