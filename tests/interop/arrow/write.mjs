// Writes golden files into the folder given: all.arrow, all.stream and the values they hold, all.json.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as a from 'apache-arrow';
import { columns, makeColumn, readColumn } from './columns.mjs';

const folder = process.argv[2];
mkdirSync(folder, { recursive: true });
const fields = columns.map(([name, type], i) =>
  new a.Field(name, type, true, i === 1 ? new Map([['field key', 'field value']]) : undefined));
const schema = new a.Schema(fields, new Map([['schema key', 'schema välue']]));
const length = columns[0][2].length;
const children = columns.map(([, type, values, codes]) => makeColumn(type, values, codes));
const shared = columns.findIndex(([name]) => name === 'shared1');
children[shared + 1] = children[shared];
const batch = new a.RecordBatch(schema, a.makeData({ type: new a.Struct(fields), length, nullCount: 0, children }));
const table = new a.Table(schema, [batch, batch]);
writeFileSync(join(folder, 'all.arrow'), a.tableToIPC(table, 'file'));
writeFileSync(join(folder, 'all.stream'), a.tableToIPC(table, 'stream'));
const content = { metadata: { 'schema key': 'schema välue' }, batches: 2, columns: columns.map(([name, , values]) => ({ name, values })) };
writeFileSync(join(folder, 'all.json'), `${JSON.stringify(content, null, 1)}\n`);

// A dictionary that grows, then is replaced: three batches of a stream, two of a file.
const type = new a.Dictionary(new a.Utf8(), new a.Int8(), 7);
const [first, more, other] = [['a', 'b'], ['c'], ['x', 'y']].map((values) => makeColumn(type.dictionary, values));
const grown = (dictionary, indexes) => a.makeData({
  type, length: indexes.length, nullCount: 0, data: Int8Array.from(indexes), dictionary: new a.Vector(dictionary),
});
const field = new a.Field('d', type, true);
const parts = [grown([first], [0, 1, 0]), grown([first, more], [2, 1, 0]), grown([other], [1, 0])]
  .map((data) => new a.RecordBatch(new a.Schema([field]), a.makeData({
    type: new a.Struct([field]), length: data.length, nullCount: 0, children: [data] })));
const stream = new a.RecordBatchStreamWriter();
parts.forEach((part) => stream.write(part));
writeFileSync(join(folder, 'dictionaries.stream'), stream.finish().toUint8Array(true));
const file = new a.RecordBatchFileWriter();
parts.slice(0, 2).forEach((part) => file.write(part));
writeFileSync(join(folder, 'dictionaries.arrow'), file.finish().toUint8Array(true));
const values = parts.map((part) => readColumn(part.data.children[0]));
writeFileSync(join(folder, 'dictionaries.json'), `${JSON.stringify(values)}\n`);
