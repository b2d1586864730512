// States the golden columns once: a type and its values in canonical text. Integers and temporals are their raw numbers,
// decimals their unscaled numbers, bytes are hexadecimal, lists are arrays, maps are arrays of pairs, records are objects,
// intervals their parts, unions and dictionaries the value itself, null is null.
import * as a from 'apache-arrow';

const list = new a.List(new a.Field('item', new a.Int32(), true));
const record = new a.Struct([new a.Field('n', new a.Int64(), true), new a.Field('s', new a.Utf8(), true)]);

const entries = (key, value) => new a.Field('entries', new a.Struct([
  new a.Field('key', key, false), new a.Field('value', value, true)]), false);
const choices = [new a.Field('n', new a.Int32(), true), new a.Field('s', new a.Utf8(), true)];
const shared = new a.Dictionary(new a.Utf8(), new a.Int16(), 100);
const words = ['one', 'two', null, 'one'];

// A union's fourth part are its type codes.
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
  ['float16', new a.Float16(), ['1.5', '-0.25', null, '65504']],
  ['float64', new a.Float64(), ['1.1', '-12345.678', null, '0']],
  ['decimal128', new a.Decimal(3, 30), ['123456789012345678901234567890', '-1', null, '0']],
  ['decimal32', new a.Decimal(2, 9, 32), ['999999999', '-1', null, '0']],
  ['decimal64', new a.Decimal(4, 18, 64), ['123456789012345678', '-1', null, '0']],
  ['decimal256', new a.Decimal(5, 60, 256), ['123456789012345678901234567890123456789012345678901234567890', '-1', null, '0']],
  ['largeutf8', new a.LargeUtf8(), ['', 'Grüße', null, 'a text that is longer than twelve bytes']],
  ['largebinary', new a.LargeBinary(), ['', '00FF', null, '000102030405060708090A0B0C0D0E0F']],
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
  ['durations', new a.DurationSecond(), ['-1', '1000', null, '0']],
  ['durationus', new a.DurationMicrosecond(), ['-1', '1000', null, '0']],
  ['months', new a.IntervalYearMonth(), ['-1', '2147483647', null, '0']],
  ['daytime', new a.IntervalDayTime(), ['-1d 5ms', '2147483647d -2147483648ms', null, '0d 0ms']],
  ['monthdaynano', new a.IntervalMonthDayNano(), ['-1m 2d -3ns', '12m -30d 9223372036854775807ns', null, '0m 0d 0ns']],
  ['durationms', new a.DurationMillisecond(), ['-1', '1000', null, '0']],
  ['durationns', new a.DurationNanosecond(), ['-1', '1000000', null, '0']],
  ['list', list, [['1', null, '3'], [], null, ['-4']]],
  ['record', record, [{ n: '1', s: 'x' }, { n: null, s: 'y' }, null, { n: '3', s: null }]],
  ['largelist', new a.LargeList(new a.Field('item', new a.Utf8(), true)), [['1', null, '3'], [], null, ['-4']]],
  ['fixedlist', new a.FixedSizeList(2, new a.Field('item', new a.Int16(), true)), [['1', null], ['2', '3'], null, ['4', '5']]],
  ['map', new a.Map_(entries(new a.Utf8(), new a.Int64())), [[['a', '1'], ['b', null]], [], null, [['c', '3']]]],
  ['sortedmap', new a.Map_(entries(new a.Int32(), list), true), [[['1', ['2']], ['3', null]], [], null, [['4', []]]]],
  ['sparse', new a.SparseUnion([5, 7], choices), ['1', 'x', null, 'y'], [5, 7, 5, 7]],
  ['dense', new a.DenseUnion([0, 1], choices), ['1', 'x', null, 'y'], [0, 1, 1, 1]],
  ['dict8', new a.Dictionary(new a.Utf8(), new a.Int8(), 1), words],
  ['dictu8', new a.Dictionary(new a.Utf8(), new a.Uint8(), 2), words],
  ['dict32', new a.Dictionary(new a.Int64(), new a.Int32(), 3), ['7', '9', null, '7']],
  ['dictu16', new a.Dictionary(new a.FixedSizeBinary(2), new a.Uint16(), 4), ['0001', 'FFFF', null, '0001']],
  ['dictu32', new a.Dictionary(list, new a.Uint32(), 5), [['1'], ['2', null], null, ['1']]],
  ['shared1', shared, words],
  ['shared2', shared, words],
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
  return a.DataType.isUtf8(type) || a.DataType.isUtf8View(type) || a.DataType.isLargeUtf8(type)
    ? new TextEncoder().encode(value)
    : Uint8Array.from(Buffer.from(value, 'hex'));
}

function offsetsOf(lengths, large = false) {
  const offsets = large ? new BigInt64Array(lengths.length + 1) : new Int32Array(lengths.length + 1);
  lengths.forEach((length, i) => { offsets[i + 1] = offsets[i] + (large ? BigInt(length) : length); });
  return offsets;
}

const isHalf = (type) => a.DataType.isFloat(type) && type.precision === a.Precision.HALF;

/** Rounds nothing: the values above are exact halves. */
function halfOf(number) {
  if (number === 0) return 0;
  const exponent = Math.floor(Math.log2(Math.abs(number)));
  return (number < 0 ? 0x8000 : 0) | ((exponent + 15) << 10) | (((Math.abs(number) / (2 ** exponent)) - 1) * 1024);
}

function numberOf(half) {
  const exponent = (half >> 10) & 31;
  const size = exponent === 0 ? (half & 1023) * (2 ** -24) : (1 + ((half & 1023) / 1024)) * (2 ** (exponent - 15));
  return half & 0x8000 ? -size : size;
}

/** Splits an interval's text into 32-bit words. */
function wordsOf(type, value) {
  const parts = (value ?? '0d 0ms').match(/-?\d+/g).map(BigInt);
  const wide = type.unit === a.IntervalUnit.MONTH_DAY_NANO;
  const [months, days, nanos] = wide ? [parts[0], parts[1], parts[2] ?? 0n] : [0n, 0n, 0n];
  return wide
    ? [months, days, BigInt.asIntN(32, nanos), nanos >> 32n].map(Number)
    : parts.map(Number);
}

/** Numbers distinct values, for a dictionary and its indexes. */
export function distinct(values) {
  const keys = new Map();
  const indexes = values.map((value) => {
    const key = JSON.stringify(value);
    if (value !== null && !keys.has(key)) keys.set(key, keys.size);
    return value === null ? 0 : keys.get(key);
  });
  return { indexes, dictionary: [...keys.keys()].map((key) => JSON.parse(key)) };
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
export function makeColumn(type, values, codes = undefined) {
  const common = {
    type,
    length: values.length,
    nullCount: values.filter((value) => value === null).length,
    nullBitmap: pack(values.map((value) => value !== null)),
  };
  if (a.DataType.isUnion(type)) {
    const codeOf = (i) => type.typeIds.indexOf(codes[i]);
    const dense = type.mode === a.UnionMode.Dense;
    const children = type.children.map((f, k) => makeColumn(f.type, dense
      ? values.filter((_, i) => codeOf(i) === k)
      : values.map((value, i) => (codeOf(i) === k ? value : null))));
    const rows = codes.map((_, i) => (dense ? codes.slice(0, i).filter((code) => code === codes[i]).length : i));
    return a.makeData({
      type, length: values.length, nullCount: 0, typeIds: Int8Array.from(codes), valueOffsets: Int32Array.from(rows), children,
    });
  }
  if (a.DataType.isDictionary(type)) {
    const { indexes, dictionary } = distinct(values);
    return a.makeData({
      ...common, data: type.indices.ArrayType.from(indexes), dictionary: new a.Vector([makeColumn(type.dictionary, dictionary)]),
    });
  }
  if (a.DataType.isNull(type)) return a.makeData({ type, length: values.length });
  if (a.DataType.isBool(type)) return a.makeData({ ...common, data: pack(values.map((value) => value === 'true')) });
  if (a.DataType.isUtf8View(type) || a.DataType.isBinaryView(type)) {
    return a.makeData({ ...common, ...views(values.map((value) => bytesOf(type, value))) });
  }
  const large = a.DataType.isLargeUtf8(type) || a.DataType.isLargeBinary(type) || a.DataType.isLargeList(type);
  if (a.DataType.isUtf8(type) || a.DataType.isBinary(type) || (large && !a.DataType.isLargeList(type))) {
    const parts = values.map((value) => bytesOf(type, value));
    return a.makeData({ ...common, valueOffsets: offsetsOf(parts.map((part) => part.length), large), data: concat(parts) });
  }
  if (a.DataType.isInterval(type) && type.unit !== a.IntervalUnit.YEAR_MONTH) {
    return a.makeData({ ...common, data: Int32Array.from(values.flatMap((value) => wordsOf(type, value))) });
  }
  if (isHalf(type)) {
    return a.makeData({ ...common, data: Uint16Array.from(values, (value) => halfOf(Number(value ?? 0))) });
  }
  if (a.DataType.isMap(type)) {
    const pairs = values.flatMap((value) => value ?? []).map(([key, value]) => ({ key, value }));
    const child = makeColumn(type.children[0].type, pairs);
    return a.makeData({ ...common, valueOffsets: offsetsOf(values.map((value) => value?.length ?? 0)), child });
  }
  if (a.DataType.isFixedSizeList(type)) {
    const none = Array(type.listSize).fill(null);
    return a.makeData({ ...common, child: makeColumn(type.children[0].type, values.flatMap((value) => value ?? none)) });
  }
  if (a.DataType.isFixedSizeBinary(type)) {
    const zero = '00'.repeat(type.byteWidth);
    return a.makeData({ ...common, data: concat(values.map((value) => bytesOf(type, value ?? zero))) });
  }
  if (a.DataType.isList(type) || a.DataType.isLargeList(type)) {
    const child = makeColumn(type.children[0].type, values.flatMap((value) => value ?? []));
    return a.makeData({ ...common, valueOffsets: offsetsOf(values.map((value) => value?.length ?? 0), large), child });
  }
  if (a.DataType.isStruct(type)) {
    const children = type.children.map((f) => makeColumn(f.type, values.map((value) => value?.[f.name] ?? null)));
    return a.makeData({ ...common, children });
  }
  if (a.DataType.isDecimal(type)) {
    const stride = type.bitWidth / 32;
    const data = new Uint32Array(values.length * stride);
    values.forEach((value, i) => {
      for (let k = 0; k < stride; k++) data[(i * stride) + k] = Number(BigInt.asUintN(32, BigInt(value ?? 0) >> BigInt(32 * k)));
    });
    return a.makeData({ ...common, data });
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
    if (a.DataType.isUtf8(type) || a.DataType.isUtf8View(type) || a.DataType.isLargeUtf8(type)) return vector.get(i);
    if (isHalf(type)) return String(numberOf(data.values[i]));
    if (a.DataType.isInterval(type) && type.unit === a.IntervalUnit.DAY_TIME) {
      return `${data.values[2 * i]}d ${data.values[(2 * i) + 1]}ms`;
    }
    if (a.DataType.isInterval(type) && type.unit === a.IntervalUnit.MONTH_DAY_NANO) {
      const [months, days, low, high] = data.values.slice(4 * i, (4 * i) + 4);
      return `${months}m ${days}d ${(BigInt(high) << 32n) | BigInt.asUintN(32, BigInt(low))}ns`;
    }
    if (a.DataType.isBinary(type) || a.DataType.isLargeBinary(type) || a.DataType.isBinaryView(type) || a.DataType.isFixedSizeBinary(type)) {
      return Buffer.from(vector.get(i)).toString('hex').toUpperCase();
    }
    if (a.DataType.isDecimal(type)) {
      const stride = type.bitWidth / 32;
      const words = data.values.slice(i * stride, (i + 1) * stride);
      const number = words.reduceRight((sum, word) => (sum << 32n) | BigInt.asUintN(32, BigInt(word)), 0n);
      return String(BigInt.asIntN(type.bitWidth, number));
    }
    return String(data.values[i]);
  };
  if (a.DataType.isDictionary(type)) {
    const values = data.dictionary.data.flatMap(readColumn);
    return Array.from({ length: data.length }, (_, i) => (vector.isValid(i) ? values[data.values[i]] : null));
  }
  if (a.DataType.isUnion(type)) {
    const children = data.children.map(readColumn);
    return Array.from({ length: data.length }, (_, i) =>
      children[type.typeIds.indexOf(data.typeIds[i])][type.mode === a.UnionMode.Dense ? data.valueOffsets[i] : i]);
  }
  if (a.DataType.isMap(type)) {
    const pairs = readColumn(data.children[0]).map(({ key, value }) => [key, value]);
    const offsets = data.valueOffsets;
    return Array.from({ length: data.length }, (_, i) => (vector.isValid(i) ? pairs.slice(offsets[i], offsets[i + 1]) : null));
  }
  if (a.DataType.isFixedSizeList(type)) {
    const items = readColumn(data.children[0]);
    return Array.from({ length: data.length }, (_, i) =>
      (vector.isValid(i) ? items.slice(i * type.listSize, (i + 1) * type.listSize) : null));
  }
  if (a.DataType.isList(type) || a.DataType.isLargeList(type)) {
    const items = readColumn(data.children[0]);
    const offsets = Array.from(data.valueOffsets, Number);
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
