// Plays a session with one client of others and prints what it saw, a JSON line a step: {"step", "value"} or {"step", "error"}.
// Usage: node session.mjs gizmo|lakehouse|influx|spice HOST PORT USER PASSWORD TOKEN [ROOTS], ROOTS the certificate of a TLS server for spice.
// A table items(id BIGINT, name STRING, price DECIMAL(10, 2)) with three rows must be there.
import { tableFromIPC } from 'apache-arrow';

const [client, host, port, user, password, token, roots] = process.argv.slice(2);
const query = "SELECT id, name FROM items ORDER BY id";

const plain = value =>
  typeof value === 'bigint' ? value.toString()
  : value instanceof Map ? Object.fromEntries([...value].map(([k, v]) => [k, plain(v)]))
  : Array.isArray(value) ? value.map(plain)
  : value && typeof value === 'object' ? Object.fromEntries(Object.entries(value).map(([k, v]) => [k, plain(v)]))
  : value;

// Every step has a limit: a client of others may wait for ever where it fails.
async function step(name, run) {
  let timer;
  const late = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error('no answer within 60 s')), 60000); });
  try {
    const value = await Promise.race([run(), late]);
    console.log(JSON.stringify({ step: name, value: plain(value) }));
  } catch (error) {
    console.log(JSON.stringify({ step: name, error: `${error.code ?? ''} ${error.message ?? error}`.trim() }));
  } finally {
    clearTimeout(timer);
  }
}

// Leaves in the middle of a query without end: none of the clients can cancel one. `run` and `ask` give the rows of a statement; the end of the
// process is the end of the connection, behind which the server must end the job.
const running = "SELECT COUNT(*) AS n FROM sys.jobs WHERE statement = 'SELECT' AND status = 'RUNNING' AND job < (SELECT MAX(job) FROM sys.jobs)";
const leave = (run, ask = run) => step('leave', async () => {
  run('SELECT id FROM endless').catch(() => {});
  for (;;) {
    const n = Number((await ask(running))[0].n);
    if (n > 0) {
      return n;
    }
  }
});

const rows = table => table.toArray().map(row => plain(row.toJSON()));

async function gizmo() {
  const { FlightSQLClient } = await import('@gizmodata/gizmosql-client');
  const make = options => new FlightSQLClient({ host, port: Number(port), plaintext: true, ...options });
  const sql = make({ username: user, password });
  await step('query', async () => rows(await sql.execute(query)));
  await step('one', async () => rows(await sql.execute('SELECT 1 AS one')));
  await step('wrong SQL', () => sql.execute('SELEC 1'));
  await step('catalogs', () => sql.getCatalogs());
  await step('schemas', () => sql.getSchemas());
  await step('tables', () => sql.getTables(undefined, undefined, 'items'));
  await step('table types', () => sql.getTableTypes());
  await step('info', async () => { const info = await sql.getSqlInfo([]); return { size: info.size, name: info.get(0) }; });
  await step('types of a table', async () => (await sql.execute('SELECT * FROM items LIMIT 1')).schema.fields.map(f => `${f.name}: ${f.type}`));
  await step('close', () => sql.close());
  const byToken = make({ token });
  await step('token', async () => rows(await byToken.execute(query)));
  await step('close token', () => byToken.close());
  const wrong = make({ username: user, password: 'guess' });
  await step('wrong password', async () => rows(await wrong.execute(query)));
  const last = make({ username: user, password });
  await last.execute(query); // it signs in with its first call, and does not wait for that with a second one
  await leave(async text => rows(await last.execute(text)));
}

async function lakehouse() {
  const { createFlightSqlClient } = await import('@lakehouse-rs/flight-sql-client');
  const make = options => createFlightSqlClient({ headers: [], tls: false, host, port: Number(port), ...options });
  const sql = await make({ username: user, password });
  await step('query', async () => rows(tableFromIPC(await sql.query(query))));
  await step('wrong SQL', () => sql.query('SELEC 1'));
  await step('catalogs', async () => rows(tableFromIPC(await sql.getCatalogs())));
  await step('schemas', async () => rows(tableFromIPC(await sql.getDbSchemas({}))));
  await step('tables', async () => rows(tableFromIPC(await sql.getTables({ tableNameFilterPattern: 'it_m%', includeSchema: false }))));
  await step('tables with columns', async () =>
    rows(tableFromIPC(await sql.getTables({ tableNameFilterPattern: 'items', includeSchema: true })))
      .map(row => tableFromIPC(Uint8Array.from(Object.values(row.table_schema))).schema.fields.map(f => `${f.name}: ${f.type}`)));
  const byToken = await make({ token });
  await step('token', async () => rows(tableFromIPC(await byToken.query(query))));
  await step('wrong token', async () => rows(tableFromIPC(await (await make({ token: 'guess' })).query(query))));
  await leave(async text => rows(tableFromIPC(await byToken.query(text))), async text => rows(tableFromIPC(await sql.query(text))));
}

async function influx() {
  const { InfluxDBClient } = await import('@influxdata/influxdb3-client');
  const make = secret => new InfluxDBClient({ host: `http://${host}:${port}`, token: secret, database: 'default_database' });
  const collect = async source => { const all = []; for await (const row of source) { all.push(row); } return all; };
  const sql = make(token);
  await step('query', () => collect(sql.query(query, 'default_database', { type: 'sql' })));
  await step('wrong SQL', () => collect(sql.query('SELEC 1', 'default_database', { type: 'sql' })));
  await step('wrong database', () => collect(sql.query(query, 'nowhere', { type: 'sql' })));
  await step('close', async () => { await sql.close(); return 'closed'; });
  await step('wrong token', () => collect(make('guess').query(query, 'default_database', { type: 'sql' })));
  const last = make(token);
  await step('metadata', () => collect(last.query(
    "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'items' ORDER BY ordinal_position", 'default_database', { type: 'sql' })));
  await step('parameters', () => collect(last.query(
    'SELECT id, name FROM items WHERE id = $id AND name <> $name', 'default_database', { type: 'sql', params: { id: 2, name: 'fig' } })));
  await step('break', async () => {
    let n = 0;
    for await (const _ of last.query('SELECT id FROM endless', 'default_database', { type: 'sql' })) {
      if (++n === 10) {
        break;
      }
    }

    return n;
  });
  await leave(text => collect(last.query(text, 'default_database', { type: 'sql' })));
}

async function spice() {
  const { SpiceClient } = await import('@spiceai/spice');
  const make = secret => new SpiceClient({ flightUrl: `${host}:${port}`, flightTlsEnabled: true, tlsRootCertFile: roots, flightOnly: true, apiKey: secret });
  const sql = make(token);
  await step('query', async () => rows(await sql.sql(query)));
  await step('parameters', async () => rows(await sql.sql('SELECT id, name FROM items WHERE id >= ? AND name <> ? ORDER BY id', { parameters: [2, 'pear'] })));
  await step('wrong SQL', async () => rows(await sql.sql('SELEC 1')));
  await step('wrong token', async () => rows(await make('guess').sql(query)));
  await step('metadata', async () => rows(await sql.sql(
    "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'items' ORDER BY ordinal_position")));
  await leave(async text => rows(await sql.sql(text)));
}

await { gizmo, lakehouse, influx, spice }[client]();
process.exit(0);
