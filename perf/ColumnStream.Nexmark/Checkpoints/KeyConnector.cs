using System;
using System.Collections.Generic;
using System.Globalization;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Options;
using ColumnStream.Engine.Sources;

namespace ColumnStream.Nexmark.Checkpoints;

/// <summary>Gives each key once with 100 random bytes of text, then keys of one hundredth at random, for ever.</summary>
/// <remarks>Later texts are less than the first, so that the greatest of a key stays its own: what checkpoints write is noise.</remarks>
internal sealed class KeyConnector(KeyTraffic traffic) : Connector
{
    private const int BatchRows = 4096;
    private const int FirstTexts = 64;
    private const int LaterTexts = 4;
    private const int TextBytes = 100;

    /// <inheritdoc/>
    public override string Name => "keys";

    /// <inheritdoc/>
    public override IReadOnlyList<OptionDefinition> Options => [];

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override SourceReader CreateReader(SourceContext context) => new KeyReader(traffic, context);

    private sealed class KeyReader : SourceReader
    {
        private readonly KeyTraffic _traffic;
        private readonly SourceContext _context;
        private readonly Schema _schema;
        private readonly ArrayData[] _firstTexts = new ArrayData[FirstTexts];
        private readonly ArrayData[] _laterTexts = new ArrayData[LaterTexts];
        private readonly Random _random = new(1);
        private ulong _noise = 1;
        private long _next;
        private int _batches;

        public KeyReader(KeyTraffic traffic, SourceContext context)
        {
            _traffic = traffic;
            _context = context;
            var fields = new Field[context.Projection.Count];
            for (int i = 0; i < fields.Length; i++)
            {
                var column = context.Table.Columns[context.Projection[i]];
                fields[i] = new Field(column.Name, column.Type.ToArrow(), column.Type.Nullable);
            }

            _schema = new Schema(fields);
            for (int i = 0; i < FirstTexts; i++)
            {
                _firstTexts[i] = MakeTexts((byte)'~');
            }

            for (int i = 0; i < LaterTexts; i++)
            {
                _laterTexts[i] = MakeTexts((byte)' ');
            }
        }

        public override void Restore(IReadOnlyList<SplitState> splits) =>
            _next = long.Parse(splits[0].Position, CultureInfo.InvariantCulture);

        public override ValueList<SplitState> Snapshot()
        {
            _traffic.Move();
            return [new SplitState("keys", _next.ToString(CultureInfo.InvariantCulture))];
        }

        public override SourcePoll Poll(out StreamBatch? batch)
        {
            _traffic.Polled();
            batch = null;
            if (_next < _traffic.Keys)
            {
                long first = _next;
                int rows = (int)Math.Min(BatchRows, _traffic.Keys - first);
                _next += rows;
                batch = Make(rows, first, 0, _firstTexts);
                return SourcePoll.Batch;
            }

            if (!_traffic.IsHot)
            {
                _traffic.Loaded.Set();
                _context.WakeAfter(TimeSpan.FromMilliseconds(5));
                return SourcePoll.Idle;
            }

            batch = Make(BatchRows, _traffic.Hundredth % 100 * _traffic.HotKeys, _traffic.HotKeys, _laterTexts);
            _traffic.HotRows += BatchRows;
            return SourcePoll.Batch;
        }

        protected override void Dispose(bool disposing)
        {
            foreach (ArrayData text in (ArrayData[])[.. _firstTexts, .. _laterTexts])
            {
                text.Release();
            }

            base.Dispose(disposing);
        }

        /// <summary>Makes rows of the keys that follow one, or of keys at random behind it.</summary>
        private unsafe StreamBatch Make(int rows, long first, long among, ArrayData[] texts)
        {
            NativeBuffer keys = _context.Allocator.Allocate(rows * 8L);
            NativeBuffer values = _context.Allocator.Allocate(rows * 8L);
            ulong noise = _noise;
            for (int i = 0; i < rows; i++)
            {
                noise ^= noise << 13;
                noise ^= noise >> 7;
                noise ^= noise << 17;
                long key = first + (among == 0 ? i : (long)Math.BigMul(noise, (ulong)among, out _));
                ((long*)keys.Pointer)[i] = key;
                ((long*)values.Pointer)[i] = key & 1023;
            }

            _noise = noise;
            ArrayData text = texts[_batches++ % texts.Length];
            return new StreamBatch(new RecordBatch(
                _schema,
                [
                    new FixedWidthArray(DataType.Int64, rows, keys, null), new FixedWidthArray(DataType.Int64, rows, values, null),
                    rows == BatchRows ? text.Retain() : text.Slice(0, rows, _context.Allocator),
                ],
                rows));
        }

        private ArrayData MakeTexts(byte begin)
        {
            using var texts = new ViewBuilder(DataType.Utf8View, _context.Allocator, BatchRows);
            Span<byte> text = stackalloc byte[TextBytes];
            for (int i = 0; i < BatchRows; i++)
            {
                for (int j = 0; j < TextBytes; j++)
                {
                    text[j] = (byte)(' ' + _random.Next(95));
                }

                text[0] = begin;
                texts.Append(text);
            }

            return texts.Finish();
        }
    }
}
