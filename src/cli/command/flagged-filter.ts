import type { Command } from 'commander';

/** The options by which flags are chosen, the same for looking at them and for acts on them. */
export function addFilterOptions(command: Command): Command {
  return command
    .option('--reason <code...>', 'only these reasons, e.g. UNKNOWN_ITEM')
    .option('--cause <cause...>', 'only these causes, e.g. item:COFFEE-DARK')
    .option('--stream <kind...>', 'only these: orders (with shipments), receiving, costs')
    .option('--record <id...>', 'only of these ShipBob ids: orders, receiving orders, charges')
    .option('--sku <sku...>', 'only about these SKUs')
    .option('--assignee <name>', "only this person's; me, or none for nobody's")
    .option('--tag <tag...>', 'only with one of these tags')
    .option('--older-than <span>', 'only raised before, e.g. 3d, 12h or 2026-11-01')
    .option('--newer-than <span>', 'only raised since');
}
