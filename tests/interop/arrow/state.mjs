// Reads every state file below a folder and prints, a line each, the live rows of one state as JSON:
//   node state.mjs <savepoint folder>
// Cells stand as in the file: key group, keys, values. apache-arrow leaves decompression to who registers it; node 20 has no zstd of its own.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import * as a from 'apache-arrow';
import { decompress } from 'fzstd';

// Copies: both hand out views whose offsets suit no typed array.
a.compressionRegistry.set(a.CompressionType.ZSTD, { decode: (data) => decompress(data).slice() });

function* filesOf(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      yield* filesOf(path);
    } else if (entry.name.endsWith('.arrows')) {
      yield path;
    }
  }
}

function text(value, type) {
  if (value === null || value === undefined) {
    return '';
  }

  return a.DataType.isTimestamp(type) ? new Date(Number(value)).toISOString().replace('T', ' ').replace(/\.?0*Z$/, '') : String(value);
}

// A file is {subtask}-{n}.arrows: what a later one says of a slot (of a slice, where there are some) replaces what an earlier one said.
const root = process.argv[2];
const numbers = (path) => basename(path, '.arrows').split('-').map(Number);
const paths = [...filesOf(root)].sort((x, y) => numbers(x)[1] - numbers(y)[1]);
const states = new Map();
for (const path of paths) {
  const table = a.tableFromIPC(new Uint8Array(readFileSync(path)));
  const fields = table.schema.fields;
  const shown = [...fields.keys()].filter((c) => !['slot', 'live'].includes(fields[c].name));
  const state = dirname(relative(root, path));
  const slots = states.get(state) ?? states.set(state, new Map()).get(state);
  for (let r = 0; r < table.numRows; r++) {
    const slot = `${numbers(path)[0]} ${table.getChild('slot').get(r)} ${table.getChild('slice')?.get(r)}`;
    slots.delete(slot);
    if (table.getChild('live').get(r)) {
      slots.set(slot, shown.map((c) => text(table.getChildAt(c).get(r), fields[c].type)).join(','));
    }
  }
}

for (const [state, slots] of states) {
  console.log(JSON.stringify({ state, rows: [...slots.values()] }));
}
