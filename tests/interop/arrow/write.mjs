// Writes golden files into the folder given: all.arrow, all.stream and the values they hold, all.json.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as a from 'apache-arrow';
import { columns, makeColumn } from './columns.mjs';

const folder = process.argv[2];
mkdirSync(folder, { recursive: true });
const fields = columns.map(([name, type], i) =>
  new a.Field(name, type, true, i === 1 ? new Map([['field key', 'field value']]) : undefined));
const schema = new a.Schema(fields, new Map([['schema key', 'schema välue']]));
const length = columns[0][2].length;
const children = columns.map(([, type, values]) => makeColumn(type, values));
const batch = new a.RecordBatch(schema, a.makeData({ type: new a.Struct(fields), length, nullCount: 0, children }));
const table = new a.Table(schema, [batch, batch]);
writeFileSync(join(folder, 'all.arrow'), a.tableToIPC(table, 'file'));
writeFileSync(join(folder, 'all.stream'), a.tableToIPC(table, 'stream'));
const content = { metadata: { 'schema key': 'schema välue' }, batches: 2, columns: columns.map(([name, , values]) => ({ name, values })) };
writeFileSync(join(folder, 'all.json'), `${JSON.stringify(content, null, 1)}\n`);
