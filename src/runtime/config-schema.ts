import { z } from 'zod';
import { inforSection, shipbobSection } from './config-connections.ts';
import { costSection, orderSection } from './config-rules.ts';
import {
  centreEntry,
  itemSection,
  limitSection,
  logSection,
  lookupSection,
  postingSection,
  receivingSection,
  shipmentSection,
  syncSection,
} from './config-sections.ts';
import {
  alertSection,
  historySection,
  monitorSection,
  privacySection,
  scheduleSection,
  webhookSection,
} from './config-service.ts';
import { list, section, words } from './config-values.ts';

/** The whole configuration file. What a file leaves out has the default that stands here. */
export const configSchema = section({
  database: words(1000)
    .prefault('mlc.db')
    .describe('The SQLite file, relative to this file. Keep it on a local disk.'),
  shipbob: shipbobSection,
  infor: inforSection,
  sync: syncSection.prefault({}),
  centres: list(centreEntry, 'fulfilment centres')
    .min(1, { error: 'at least one fulfilment centre' })
    .describe('Every fulfilment centre that goods leave from or arrive at.'),
  orders: orderSection,
  shipments: shipmentSection.prefault({}),
  receiving: receivingSection.prefault({}),
  costs: costSection.prefault({}),
  items: itemSection.prefault({}),
  lookups: lookupSection,
  posting: postingSection.prefault({}),
  limits: limitSection.prefault({}),
  schedule: scheduleSection.prefault({}),
  webhooks: webhookSection.prefault({}),
  privacy: privacySection.prefault({}),
  history: historySection.prefault({}),
  monitor: monitorSection.prefault({}),
  alerts: alertSection.prefault({}),
  log: logSection.prefault({}),
});

export type ConfigFile = z.output<typeof configSchema>;

export type ConfigSchemaNode = z.core.JSONSchema.BaseSchema;

/** The schema for editors, as `config/schema.json` holds it. */
export function configJsonSchema(): ConfigSchemaNode {
  const schema = z.toJSONSchema(configSchema, {
    io: 'input',
    override: ({ jsonSchema }) => {
      jsonSchema.default = naturalDefault(jsonSchema);
      if (jsonSchema.default === undefined) delete jsonSchema.default;
    },
  });
  return { ...schema, title: 'Configuration of mlc (sync.config.yaml)' };
}

/** Defaults are written as text in the schema; an editor wants 250, not "250". */
function naturalDefault(schema: ConfigSchemaNode): ConfigSchemaNode['default'] {
  const value = schema.default;
  if (schema.type === 'object') return schema.properties === undefined ? value : undefined;
  if (Array.isArray(value)) return value.map((each) => natural(each, schema.items));
  return natural(value, schema);
}

function natural<Value>(value: Value, schema: unknown): Value | number | boolean {
  if (typeof value !== 'string' || typeof schema !== 'object' || schema === null) return value;
  const types: unknown[] = 'type' in schema && Array.isArray(schema.type) ? schema.type : [];
  if (types.includes('boolean')) return value === 'true';
  return types.includes('integer') || types[0] === 'number' ? Number(value) : value;
}

/** What the schema says of one setting; null for a path that it does not know. */
export function settingAt(path: readonly PropertyKey[]): ConfigSchemaNode | null {
  let node: ConfigSchemaNode = configJsonSchema();
  for (const name of path) {
    const child = node.properties?.[String(name)];
    if (child === undefined || typeof child === 'boolean') return null;
    node = child;
  }
  return node;
}

/** Path of every setting that can be given by itself, sections included (they take a whole map). */
export function settingPaths(): string[][] {
  const visit = (node: ConfigSchemaNode, path: string[]): string[][] => {
    const inner = Object.entries(node.properties ?? {}).flatMap(([name, child]) =>
      typeof child === 'boolean' ? [] : visit(child, [...path, name]),
    );
    return path.length === 0 ? inner : [path, ...inner];
  };
  return visit(configJsonSchema(), []);
}
