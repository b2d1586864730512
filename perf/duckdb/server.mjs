// Answers one JSON request a line on standard input with one JSON line on standard output: DuckDB on one thread.
import { createInterface } from 'node:readline';
import { DuckDBInstance } from '@duckdb/node-api';

const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
const connection = await instance.connect();

const count = async (sql) => Number((await connection.runAndReadAll(`SELECT count(*) FROM (${sql})`)).getRows()[0][0]);

async function cpu(sql) {
  const before = process.cpuUsage();
  const start = performance.now();
  await connection.run(sql);
  const used = process.cpuUsage(before);
  return { cpuNs: (used.user + used.system) * 1000, wallNs: Math.round((performance.now() - start) * 1e6) };
}

const requests = {
  async version() {
    return { version: (await connection.runAndReadAll('SELECT version()')).getRows()[0][0] };
  },

  // Times arrive as milliseconds since 1970.
  async load({ path }) {
    await connection.run(`CREATE OR REPLACE TABLE bid AS
      SELECT auction, bidder, price, channel, make_timestamp(ms * 1000) AS dateTime
      FROM read_csv('${path}', header = false, columns = {
        'auction': 'BIGINT', 'bidder': 'BIGINT', 'price': 'BIGINT', 'channel': 'VARCHAR', 'ms': 'BIGINT'})`);
    return { rows: await count('FROM bid') };
  },

  async count({ sql }) {
    return { rows: await count(sql) };
  },

  // Two ways to have the result's vectors: discarded under EXPLAIN ANALYZE, whose timers cost a little, and kept in
  // memory. The cheaper one counts.
  async time({ sql }) {
    const discarded = await cpu(`EXPLAIN ANALYZE ${sql}`);
    const kept = await cpu(sql);
    return kept.cpuNs < discarded.cpuNs ? { ...kept, way: 'kept' } : { ...discarded, way: 'discarded' };
  },

  // Rows of ours that DuckDB lacks, and the reverse; values are read as the types of DuckDB's own answer.
  async compare({ sql, files, header }) {
    await connection.run(`CREATE OR REPLACE TEMP TABLE expected AS ${sql}`);
    await connection.run('CREATE OR REPLACE TEMP TABLE actual AS FROM expected LIMIT 0');
    await connection.run(`INSERT INTO actual SELECT * FROM read_csv('${files}', header = ${header}, all_varchar = true)`);
    return {
      expected: await count('FROM expected'),
      actual: await count('FROM actual'),
      surplus: await count('FROM actual EXCEPT ALL FROM expected'),
      missing: await count('FROM expected EXCEPT ALL FROM actual'),
    };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  let answer;
  try {
    const request = JSON.parse(line);
    answer = await requests[request.op](request);
  } catch (error) {
    answer = { error: String(error?.message ?? error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
