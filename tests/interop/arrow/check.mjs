// Reads an Arrow file or stream and prints schema metadata and each batch's columns as JSON in canonical text.
import { readFileSync } from 'node:fs';
import * as a from 'apache-arrow';
import { readColumn } from './columns.mjs';

const table = a.tableFromIPC(readFileSync(process.argv[2]));
const batches = table.batches.map((batch) => batch.schema.fields.map((field, i) =>
  ({ name: field.name, type: String(field.type), values: readColumn(batch.data.children[i]) })));
process.stdout.write(JSON.stringify({ metadata: Object.fromEntries(table.schema.metadata), batches }));
