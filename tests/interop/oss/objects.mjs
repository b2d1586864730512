// Works on the bucket of an emulator with npm's ali-oss: `node objects.mjs write|read PORT V1|V4 [path|host]`.
// write: makes objects of every kind. read: prints what others made, as JSON: key, bytes, MD5, first bytes of a range.
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import http from 'node:http';

const OSS = createRequire(import.meta.url)('ali-oss');
const [step, port, version] = process.argv.slice(2);
const keys = step === 'sts'
  ? { accessKeyId: 'STS.id', accessKeySecret: 'sts secret', stsToken: 'STS.token/+=' }
  : { accessKeyId: 'LTAItestAccessKeyId0', accessKeySecret: 'testAccessKeySecret000000000000' };

// The bucket is a part of the host, as at the service; every connection goes to the emulator.
const agent = new http.Agent({ keepAlive: true });
const connect = agent.createConnection.bind(agent);
agent.createConnection = (options, done) => connect({ ...options, host: '127.0.0.1', port: Number(port) }, done);
const client = new OSS({
  ...keys, region: 'oss-cn-hangzhou', bucket: 'cs-bucket', authorizationV4: version === 'V4', secure: false, agent, timeout: 20000,
});

const md5 = (bytes) => createHash('md5').update(bytes).digest('hex');
const pattern = (length) => Buffer.from(Array.from({ length }, (_, i) => (i * 31 + (i >> 8)) & 255));
const refused = async (act, code) => {
  try {
    await act();
  } catch (error) {
    if (error.code === code) return;
    throw error;
  }
  throw new Error(`${code} was expected`);
};

if (step === 'write') {
  await client.put('npm/small', Buffer.from('hello'));
  await client.put('npm/dir one/é+file#1.txt', Buffer.from('utf8'), { meta: { uid: 1 } });
  await client.put('npm/once', Buffer.from('first'), { headers: { 'x-oss-forbid-overwrite': 'true' } });
  await refused(
    () => client.put('npm/once', Buffer.from('second'), { headers: { 'x-oss-forbid-overwrite': 'true' } }), 'FileAlreadyExists');
  const big = pattern(350000);
  await client.multipartUpload('npm/big', big, { partSize: 100 * 1024, parallel: 3 });
  const range = await client.get('npm/big', { headers: { Range: 'bytes=100-199' } });
  if (!range.content.equals(big.subarray(100, 200))) throw new Error('range');
  const head = await client.head('npm/big');
  if (head.res.headers['content-length'] !== '350000') throw new Error('head');
  await refused(() => client.get('npm/absent'), 'NoSuchKey');

  for (let i = 0; i < 5; i++) await client.put(`npm/list/${i}`, Buffer.from(String(i)));
  const names = [];
  let token;
  do {
    const page = await client.listV2({ prefix: 'npm/list/', 'max-keys': 2, 'continuation-token': token });
    names.push(...page.objects.map((o) => o.name));
    token = page.nextContinuationToken;
  } while (token);
  if (names.join() !== [0, 1, 2, 3, 4].map((i) => `npm/list/${i}`).join()) throw new Error(`list ${names}`);
  const folders = await client.list({ prefix: 'npm/', delimiter: '/', 'max-keys': 100 });
  if (folders.prefixes.join() !== 'npm/dir one/,npm/list/') throw new Error(`folders ${folders.prefixes}`);
  await client.deleteMulti(['npm/list/0', 'npm/list/1', 'npm/absent'], { quiet: true });
  await client.delete('npm/list/2');

  const upload = await client.initMultipartUpload('npm/given-up');
  await client.abortMultipartUpload('npm/given-up', upload.uploadId);
  await refused(() => client.abortMultipartUpload('npm/given-up', upload.uploadId), 'NoSuchUpload');
  const wrong = new OSS({
    ...keys, accessKeySecret: 'wrong', region: 'oss-cn-hangzhou', bucket: 'cs-bucket', authorizationV4: version === 'V4',
    secure: false, agent,
  });
  await refused(() => wrong.put('npm/never', Buffer.from('x')), 'SignatureDoesNotMatch');
  console.log(JSON.stringify({ big: md5(big) }));
} else {
  const found = [];
  const page = await client.listV2({ prefix: 'ours/', 'max-keys': 1000 });
  for (const { name, size } of page.objects) {
    const { content, res } = await client.get(name);
    const part = await client.get(name, { headers: { Range: 'bytes=1-3' } });
    found.push({ name, size, md5: md5(content), range: part.content.toString('hex'), crc64: res.headers['x-oss-hash-crc64ecma'] });
  }
  if (step === 'sts') await client.put('npm/sts', Buffer.from('temporary'));
  console.log(JSON.stringify(found));
}
process.exit(0);
