using System;
using System.Collections.Generic;
using System.Globalization;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Options;
using ColumnStream.Engine.Sources;

namespace ColumnStream.Nexmark.Checkpoints;

/// <summary>Gives each key once with 100 random bytes of text, then keys of one hundredth at random, for ever.</summary>
internal sealed class KeyConnector(KeyTraffic traffic) : Connector
{
    private const int BatchRows = 4096;
    private const int Texts = 64;
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
        private readonly ArrayData[] _texts = new ArrayData[Texts];
        private readonly Random _random = new(1);
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
            for (int i = 0; i < Texts; i++)
            {
                _texts[i] = MakeTexts();
            }
        }

        public override void Restore(IReadOnlyList<SplitState> splits) =>
            _next = long.Parse(splits[0].Position, CultureInfo.InvariantCulture);

        public override ValueList<SplitState> Snapshot()
        {
            _traffic.Barrier();
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
                batch = Make(rows, i => first + i);
                return SourcePoll.Batch;
            }

            if (!_traffic.IsHot)
            {
                _traffic.Loaded.Set();
                _context.WakeAfter(TimeSpan.FromMilliseconds(5));
                return SourcePoll.Idle;
            }

            long hot = _traffic.Hundredth % 100 * _traffic.HotKeys;
            batch = Make(BatchRows, _ => hot + _random.NextInt64(_traffic.HotKeys));
            _traffic.HotRows += BatchRows;
            return SourcePoll.Batch;
        }

        public override void OnEpochCommitted(long epoch) => _traffic.Hundredth++;

        protected override void Dispose(bool disposing)
        {
            foreach (ArrayData text in _texts)
            {
                text.Release();
            }

            base.Dispose(disposing);
        }

        private StreamBatch Make(int rows, Func<int, long> key)
        {
            using var keys = new FixedWidthBuilder(DataType.Int64, _context.Allocator, rows);
            using var values = new FixedWidthBuilder(DataType.Int64, _context.Allocator, rows);
            for (int i = 0; i < rows; i++)
            {
                long value = key(i);
                keys.Append(value);
                values.Append(value & 1023);
            }

            ArrayData text = _texts[_batches++ % Texts];
            return new StreamBatch(new RecordBatch(
                _schema,
                [keys.Finish(), values.Finish(), rows == BatchRows ? text.Retain() : text.Slice(0, rows, _context.Allocator)],
                rows));
        }

        private ArrayData MakeTexts()
        {
            using var texts = new ViewBuilder(DataType.Utf8View, _context.Allocator, BatchRows);
            Span<byte> text = stackalloc byte[TextBytes];
            for (int i = 0; i < BatchRows; i++)
            {
                for (int j = 0; j < TextBytes; j++)
                {
                    text[j] = (byte)(' ' + _random.Next(95));
                }

                texts.Append(text);
            }

            return texts.Finish();
        }
    }
}
