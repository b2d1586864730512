// Loads batches that apache-arrow made into tables by grpc-js, and reads them back: node ingest.mjs TARGET TOKEN. Prints a JSON line a step.
// Messages of Flight are written by hand. The tables nested and items must be there.
import grpc from '@grpc/grpc-js';
import * as arrow from 'apache-arrow';

const [target, token] = process.argv.slice(2);
const { Field, List, FixedSizeList, Map_, Struct, Utf8, Int32, Float64, vectorFromArray } = arrow;
const raw = bytes => bytes;
const client = new grpc.Client(target, grpc.credentials.createInsecure());
const metadata = new grpc.Metadata();
metadata.set('authorization', `Bearer ${token}`);
const path = method => `/arrow.flight.protocol.FlightService/${method}`;
const until = () => ({ deadline: Date.now() + 60000 });

const varint = n => { const bytes = []; for (; n > 127; n = Math.floor(n / 128)) { bytes.push(n % 128 + 128); } return Buffer.from([...bytes, n]); };
const field = (number, value) => Buffer.concat([varint(number * 8 + 2), varint(value.length), Buffer.from(value)]);
const number = (place, value) => Buffer.concat([varint(place * 8), varint(value)]);

function fields(message) {
  const found = [];
  let at = 0;
  const read = () => { let value = 0, scale = 1, byte; do { byte = message[at++]; value += (byte & 127) * scale; scale *= 128; } while (byte > 127); return value; };
  while (at < message.length) {
    const key = read();
    const size = key % 8 === 2 ? read() : 0;
    found.push([Math.floor(key / 8), key % 8 === 2 ? message.subarray(at, at += size) : read()]);
  }

  return found;
}

const first = (message, number) => fields(message).find(([key]) => key === number)?.[1];
const command = (name, body) => Buffer.concat([number(1, 2), field(2, Buffer.concat([
  field(1, `type.googleapis.com/arrow.flight.protocol.sql.${name}`), field(2, body)]))]);

// Cuts a stream of Arrow's into messages of Flight: header and body.
function* messages(table) {
  const bytes = arrow.tableToIPC(table, 'stream');
  for (let at = 0, size; (size = new DataView(bytes.buffer, bytes.byteOffset + at).getInt32(4, true)) > 0;) {
    const header = bytes.subarray(at + 8, at + 8 + size);
    const length = Number(arrow.Message.decode(header).bodyLength);
    yield [header, bytes.subarray(at + 8 + size, at + 8 + size + length)];
    at += 8 + size + length;
  }
}

// Appends a table's rows and gives their number as the server counts them.
const ingest = (name, table) => new Promise((resolve, reject) => {
  const call = client.makeBidiStreamRequest(path('DoPut'), raw, raw, metadata, until());
  let count = 0;
  call.on('data', result => { count = first(first(result, 1) ?? result, 1) ?? 0; });
  call.on('error', reject);
  call.on('end', () => resolve(count));
  let descriptor = field(1, command('CommandStatementIngest', Buffer.concat([field(1, Buffer.concat([number(1, 2), number(2, 2)])), field(2, name)])));
  for (const [header, body] of messages(table)) {
    call.write(Buffer.concat([descriptor, field(2, header), field(1000, body)]));
    descriptor = Buffer.alloc(0);
  }

  call.end();
});

const plain = value =>
  typeof value === 'bigint' ? value.toString()
  : value instanceof arrow.Vector ? [...value].map(plain)
  : value && typeof value === 'object' ? Object.fromEntries(Object.entries(value.toJSON?.() ?? value).map(([k, v]) => [k, plain(v)]))
  : value;

// Runs a statement and gives its rows.
async function ask(sql) {
  const info = await new Promise((resolve, reject) => client.makeUnaryRequest(
    path('GetFlightInfo'), raw, raw, command('CommandStatementQuery', field(1, sql)), metadata, until(),
    (error, answer) => error ? reject(error) : resolve(answer)));
  const parts = [];
  for await (const data of client.makeServerStreamRequest(path('DoGet'), raw, raw, first(first(info, 3), 1), metadata, until())) {
    const header = first(data, 2);
    if (header) {
      const head = Buffer.alloc(8, 255);
      head.writeInt32LE(header.length, 4);
      parts.push(head, header, first(data, 1000) ?? Buffer.alloc(0));
    }
  }

  return arrow.tableFromIPC(Buffer.concat(parts)).toArray().map(row => plain(row));
}

async function step(name, run) {
  try {
    console.log(JSON.stringify({ step: name, value: await run() }));
  } catch (error) {
    console.log(JSON.stringify({ step: name, error: `${error.code ?? ''} ${error.message ?? error}`.trim() }));
  }
}

const item = (type, name = 'item') => new Field(name, type, true);
const record = new Struct([item(new Utf8(), 'b'), item(new Int32(), 'a')]); // not in the table's order
const map = value => new Map_(new Field('entries', new Struct([new Field('key', new Utf8(), false), item(value, 'value')]), false));
const columns = {
  id: vectorFromArray([1, 2, 3], new Int32()),
  tags: vectorFromArray([['x', null, 'long enough for no view'], [], null], new List(item(new Utf8()))),
  grid: vectorFromArray([[[1, null], null], [], null], new List(item(new List(item(new Int32()))))),
  sizes: vectorFromArray([[0.5, 1.5], null, [2.5, 3.5]], new FixedSizeList(2, item(new Float64()))),
  r: vectorFromArray([{ b: 'one', a: 1 }, null, { b: null, a: 3 }], record),
  records: vectorFromArray([[{ b: 'one', a: 1 }, null], [], null], new List(item(record))),
  counts: vectorFromArray([new Map([['k', 1], ['l', null]]), new Map(), null], map(new Int32())),
  lists: vectorFromArray([new Map([['k', [1, 2]], ['l', null]]), null, new Map()], map(new List(item(new Int32())))),
};
await step('nested', () => ingest('nested', new arrow.Table(columns)));
await step('nested back', () => ask('SELECT * FROM nested ORDER BY id'));
// Text from arrays is numbered by a dictionary.
const numbered = (...names) => vectorFromArray(names);
await step('dictionary', () => ingest('items', new arrow.Table({ id: vectorFromArray([1n, 2n, 3n, 4n]), name: numbered('a', 'b', null, 'a') })));
await step('dictionary back', () => ask('SELECT id, name FROM items ORDER BY id'));
await step('no null type', () => ingest('items', new arrow.Table({ id: vectorFromArray([5n]), name: vectorFromArray([null], new arrow.Null()) })));
await step('duration', () => ingest('items', new arrow.Table({ id: vectorFromArray([1n], new arrow.DurationSecond()) })));
await step('unfit', () => ingest('nested', new arrow.Table({ r: vectorFromArray([{ a: 1, c: 2 }]) })));
await step('rows at last', () => ask('SELECT COUNT(*) AS n, COUNT(name) AS names FROM items'));
client.close();
