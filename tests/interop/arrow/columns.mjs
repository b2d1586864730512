// States the golden columns once: a type and its values in canonical text. Integers and temporals are their raw numbers,
// decimals their unscaled numbers, bytes are hexadecimal, lists are arrays, records are objects, null is null.
import * as a from 'apache-arrow';

const list = new a.List(new a.Field('item', new a.Int32(), true));
const record = new a.Struct([new a.Field('n', new a.Int64(), true), new a.Field('s', new a.Utf8(), true)]);

export const columns = [
  ['null', new a.Null(), [null, null, null, null]],
  ['bool', new a.Bool(), ['true', null, 'false', 'true']],
  ['int8', new a.Int8(), ['-128', '127', null, '0']],
  ['int16', new a.Int16(), ['-32768', '32767', null, '0']],
  ['int32', new a.Int32(), ['-2147483648', '2147483647', null, '0']],
  ['int64', new a.Int64(), ['-9223372036854775808', '9223372036854775807', null, '9007199254740993']],
  ['uint8', new a.Uint8(), ['0', '255', null, '1']],
  ['uint16', new a.Uint16(), ['0', '65535', null, '1']],
  ['uint32', new a.Uint32(), ['0', '4294967295', null, '1']],
  ['uint64', new a.Uint64(), ['0', '18446744073709551615', null, '1']],
  ['float32', new a.Float32(), ['1.5', '-0.25', null, '0']],
  ['float64', new a.Float64(), ['1.1', '-12345.678', null, '0']],
  ['decimal128', new a.Decimal(3, 30), ['123456789012345678901234567890', '-1', null, '0']],
  ['utf8', new a.Utf8(), ['', 'Grüße', null, 'a text that is longer than twelve bytes']],
  ['utf8view', new a.Utf8View(), ['', 'Grüße', null, 'a text that is longer than twelve bytes']],
  ['binary', new a.Binary(), ['', '00FF', null, '000102030405060708090A0B0C0D0E0F']],
  ['binaryview', new a.BinaryView(), ['', '00FF', null, '000102030405060708090A0B0C0D0E0F']],
  ['fixed', new a.FixedSizeBinary(3), ['000102', 'FFFEFD', null, '000000']],
  ['date32', new a.DateDay(), ['-1', '19782', null, '0']],
  ['date64', new a.DateMillisecond(), ['-86400000', '1709164800000', null, '0']],
  ['time32s', new a.TimeSecond(), ['0', '86399', null, '1']],
  ['time32ms', new a.TimeMillisecond(), ['0', '86399999', null, '1']],
  ['time64us', new a.TimeMicrosecond(), ['0', '86399999999', null, '1']],
  ['time64ns', new a.TimeNanosecond(), ['0', '86399999999999', null, '1']],
  ['timestamps', new a.TimestampSecond(), ['-1', '1700000000', null, '0']],
  ['timestampms', new a.TimestampMillisecond('UTC'), ['-1', '1700000000123', null, '0']],
  ['timestampus', new a.TimestampMicrosecond(), ['-1', '1700000000123456', null, '0']],
  ['timestampns', new a.TimestampNanosecond('Europe/Berlin'), ['-1', '1700000000123456789', null, '0']],
  ['durationms', new a.DurationMillisecond(), ['-1', '1000', null, '0']],
  ['durationns', new a.DurationNanosecond(), ['-1', '1000000', null, '0']],
  ['list', list, [['1', null, '3'], [], null, ['-4']]],
  ['record', record, [{ n: '1', s: 'x' }, { n: null, s: 'y' }, null, { n: '3', s: null }]],
  ['lists', new a.List(new a.Field('item', list, true)), [[['1'], null, []], [], null, [['2', '3']]]],
];

/** Packs validity or booleans, least significant bit first. */
function pack(bits) {
  const bytes = new Uint8Array((bits.length + 7) >> 3);
  bits.forEach((bit, i) => { bytes[i >> 3] |= (bit ? 1 : 0) << (i & 7); });
  return bytes;
}

function bytesOf(type, value) {
  if (value === null) return new Uint8Array(0);
  return a.DataType.isUtf8(type) || a.DataType.isUtf8View(type)
    ? new TextEncoder().encode(value)
    : Uint8Array.from(Buffer.from(value, 'hex'));
}

function offsetsOf(lengths) {
  const offsets = new Int32Array(lengths.length + 1);
  lengths.forEach((length, i) => { offsets[i + 1] = offsets[i] + length; });
  return offsets;
}

function concat(parts) {
  return Uint8Array.from(Buffer.concat(parts));
}

function views(parts) {
  const bytes = new Uint8Array(parts.length * 16);
  const view = new DataView(bytes.buffer);
  let offset = 0;
  parts.forEach((part, i) => {
    view.setInt32(i * 16, part.length, true);
    bytes.set(part.subarray(0, part.length <= 12 ? 12 : 4), (i * 16) + 4);
    if (part.length > 12) {
      view.setInt32((i * 16) + 12, offset, true);
      offset += part.length;
    }
  });
  return { views: bytes, variadicBuffers: [concat(parts.filter((part) => part.length > 12))] };
}

/** Makes the column's buffers by hand, so that no conversion of the library stands between text and bytes. */
export function makeColumn(type, values) {
  const common = {
    type,
    length: values.length,
    nullCount: values.filter((value) => value === null).length,
    nullBitmap: pack(values.map((value) => value !== null)),
  };
  if (a.DataType.isNull(type)) return a.makeData({ type, length: values.length });
  if (a.DataType.isBool(type)) return a.makeData({ ...common, data: pack(values.map((value) => value === 'true')) });
  if (a.DataType.isUtf8View(type) || a.DataType.isBinaryView(type)) {
    return a.makeData({ ...common, ...views(values.map((value) => bytesOf(type, value))) });
  }
  if (a.DataType.isUtf8(type) || a.DataType.isBinary(type)) {
    const parts = values.map((value) => bytesOf(type, value));
    return a.makeData({ ...common, valueOffsets: offsetsOf(parts.map((part) => part.length)), data: concat(parts) });
  }
  if (a.DataType.isFixedSizeBinary(type)) {
    const zero = '00'.repeat(type.byteWidth);
    return a.makeData({ ...common, data: concat(values.map((value) => bytesOf(type, value ?? zero))) });
  }
  if (a.DataType.isList(type)) {
    const child = makeColumn(type.children[0].type, values.flatMap((value) => value ?? []));
    return a.makeData({ ...common, valueOffsets: offsetsOf(values.map((value) => value?.length ?? 0)), child });
  }
  if (a.DataType.isStruct(type)) {
    const children = type.children.map((f) => makeColumn(f.type, values.map((value) => value?.[f.name] ?? null)));
    return a.makeData({ ...common, children });
  }
  if (a.DataType.isDecimal(type)) {
    const words = new BigUint64Array(values.length * 2);
    values.forEach((value, i) => {
      words[i * 2] = BigInt.asUintN(64, BigInt(value ?? 0));
      words[(i * 2) + 1] = BigInt.asUintN(64, BigInt(value ?? 0) >> 64n);
    });
    return a.makeData({ ...common, data: new Uint32Array(words.buffer) });
  }
  const ArrayType = type.ArrayType;
  const wide = ArrayType === BigInt64Array || ArrayType === BigUint64Array;
  return a.makeData({ ...common, data: ArrayType.from(values, (value) => (wide ? BigInt(value ?? 0) : Number(value ?? 0))) });
}

/** Reads values back as canonical text, from the buffers where the library would convert. */
export function readColumn(data) {
  const { type } = data;
  const vector = new a.Vector([data]);
  const at = (i) => {
    if (a.DataType.isNull(type) || !vector.isValid(i)) return null;
    if (a.DataType.isBool(type)) return String(vector.get(i));
    if (a.DataType.isUtf8(type) || a.DataType.isUtf8View(type)) return vector.get(i);
    if (a.DataType.isBinary(type) || a.DataType.isBinaryView(type) || a.DataType.isFixedSizeBinary(type)) {
      return Buffer.from(vector.get(i)).toString('hex').toUpperCase();
    }
    if (a.DataType.isDecimal(type)) {
      const words = data.values.slice(i * 4, (i + 1) * 4);
      const number = words.reduceRight((sum, word) => (sum << 32n) | BigInt(word), 0n);
      return String(BigInt.asIntN(128, number));
    }
    return String(data.values[i]);
  };
  if (a.DataType.isList(type)) {
    const items = readColumn(data.children[0]);
    const offsets = data.valueOffsets;
    return Array.from({ length: data.length }, (_, i) =>
      (vector.isValid(i) ? items.slice(offsets[i] - offsets[0], offsets[i + 1] - offsets[0]) : null));
  }
  if (a.DataType.isStruct(type)) {
    const fields = data.children.map((child) => readColumn(child));
    return Array.from({ length: data.length }, (_, i) => (vector.isValid(i)
      ? Object.fromEntries(type.children.map((f, k) => [f.name, fields[k][i]]))
      : null));
  }
  return Array.from({ length: data.length }, (_, i) => at(i));
}
