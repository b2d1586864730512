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

  // Times arrive as milliseconds since 1970; the first column numbers the rows in the order of events.
  async load({ table, path, columns }) {
    const read = columns.map(({ name, type }) => `'${name}': '${type === 'TIMESTAMP' ? 'BIGINT' : type}'`);
    const made = columns.map(({ name, type }) => (type === 'TIMESTAMP' ? `make_timestamp("${name}" * 1000) AS "${name}"` : `"${name}"`));
    await connection.run(`CREATE OR REPLACE TABLE ${table} AS SELECT n, ${made.join(', ')}
      FROM read_csv('${path}', header = false, auto_detect = false, columns = {'n': 'BIGINT', ${read.join(', ')}})`);
    await connection.run(`CREATE OR REPLACE TABLE side_input AS SELECT range AS key, range::VARCHAR AS value FROM range(10000)`);
    return { rows: await count(`FROM ${table}`) };
  },

  // A sum over rows does not depend on their order; cells are separated by tabs, times have three digits.
  async answer({ sql }) {
    const columns = (await connection.runAndReadAll(`DESCRIBE ${sql}`)).getRows();
    const cells = columns.map(([name, type]) => {
      const text = type === 'TIMESTAMP' ? `strftime("${name}", '%Y-%m-%d %H:%M:%S.%g')` : `"${name}"::VARCHAR`;
      return `coalesce(${text}, 'NULL')`;
    });
    const [[rows, checksum]] = (await connection.runAndReadAll(
      `SELECT count(*), coalesce(sum(('0x' || sha256(concat_ws(chr(9), ${cells.join(', ')}))[1:12])::BIGINT), 0)::VARCHAR FROM (${sql})`)).getRows();
    return { rows: Number(rows), checksum };
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
