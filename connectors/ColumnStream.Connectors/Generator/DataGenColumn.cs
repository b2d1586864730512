using System;
using System.Numerics;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Compute.Values;
using ColumnStream.Engine.Errors;

namespace ColumnStream.Connectors.Generator;

/// <summary>Makes one column by its rule, a whole batch at a time.</summary>
internal sealed unsafe class DataGenColumn : IDisposable
{
    private const double TwoToMinus53 = 1.0 / (1L << 53);
    private readonly DataGenRule _rule;
    private readonly ulong _seed;
    private readonly ulong _nullSeed;
    private readonly BufferAllocator _allocator;
    private readonly TimeProvider _time;
    private readonly ColumnBuilder? _builder;
    private readonly DataGenColumn[] _children;
    private readonly DataType _type;

    public DataGenColumn(DataGenRule rule, ulong seed, BufferAllocator allocator, TimeProvider time)
    {
        _rule = rule;
        _seed = SplitMix.Mix(seed);
        _nullSeed = SplitMix.Mix(_seed + 1);
        _allocator = allocator;
        _time = time;
        _type = rule.Type.ToArrow();
        _builder = rule.Children.Length > 0 ? null : ColumnBuilder.Create(_type, allocator);
        _children = new DataGenColumn[rule.Children.Length];
        for (int i = 0; i < _children.Length; i++)
        {
            _children[i] = new DataGenColumn(rule.Children[i], _seed + (ulong)i + 2, allocator, time);
        }
    }

    /// <summary>Gets about how many bytes one value has.</summary>
    public long ValueBytes
    {
        get
        {
            long bytes = 16 + (_rule.Type.Id is SqlTypeId.Array ? 0 : _rule.Length);
            foreach (DataGenColumn child in _children)
            {
                bytes += child.ValueBytes * Math.Max(1, _rule.Length);
            }

            return bytes;
        }
    }

    /// <summary>Makes the values of rows [<paramref name="first"/>, first + count).</summary>
    public ArrayData Make(long first, int count)
    {
        switch (_builder)
        {
            case FixedWidthBuilder values:
                FillFixed(values, first, count);
                return values.Finish();
            case ViewBuilder text:
                FillText(text, first, count);
                return text.Finish();
            case BooleanBuilder bits:
                for (int i = 0; i < count; i++)
                {
                    if (IsNull(first + i))
                    {
                        bits.AppendNull();
                    }
                    else
                    {
                        bits.Append((long)Draw(first + i) < 0);
                    }
                }

                return bits.Finish();
            default:
                return MakeNested(first, count);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _builder?.Dispose();
        foreach (DataGenColumn child in _children)
        {
            child.Dispose();
        }
    }

    private ulong Draw(long row) => SplitMix.Draw(_seed, (ulong)row);

    private bool IsNull(long row) =>
        _rule.NullRate > 0 && (SplitMix.Draw(_nullSeed, (ulong)row) >> 11) * TwoToMinus53 < _rule.NullRate;

    private void FillFixed(FixedWidthBuilder values, long first, int count)
    {
        switch (_rule.Type.Id)
        {
            case SqlTypeId.TinyInt:
                FillIntegers<sbyte>(values, first, count);
                break;
            case SqlTypeId.SmallInt:
                FillIntegers<short>(values, first, count);
                break;
            case SqlTypeId.Integer:
                FillIntegers<int>(values, first, count);
                break;
            case SqlTypeId.BigInt:
                FillIntegers<long>(values, first, count);
                break;
            case SqlTypeId.Decimal when _type.Id == TypeId.Decimal64:
                FillIntegers<long>(values, first, count);
                break;
            case SqlTypeId.Decimal:
                FillIntegers<Int128>(values, first, count);
                break;
            case SqlTypeId.Float:
                FillReals<float>(values, first, count);
                break;
            case SqlTypeId.Double:
                FillReals<double>(values, first, count);
                break;
            default:
                FillTimes(values, first, count);
                break;
        }
    }

    private void FillIntegers<T>(FixedWidthBuilder values, long first, int count)
        where T : unmanaged, INumber<T>
    {
        // The range of a decimal has up to 127 bits: two draws, and the bias of a modulo by at most 2^127 is accepted.
        UInt128 range = (UInt128)(_rule.Most - _rule.Least) + 1;
        Int128 unit = _rule.IsSequence && _rule.Type.Id == SqlTypeId.Decimal ? Powers.Ten(_rule.Type.Scale) : 1;
        for (int i = 0; i < count; i++)
        {
            long row = first + i;
            if (IsNull(row))
            {
                values.AppendNull();
            }
            else if (_rule.IsSequence)
            {
                values.Append(T.CreateTruncating((_rule.Start + (Int128)row) * unit));
            }
            else
            {
                ulong word = Draw(row);
                UInt128 offset = range <= ulong.MaxValue
                    ? ((UInt128)word * range) >> 64
                    : new UInt128(word, SplitMix.Mix(word)) % range;
                values.Append(T.CreateTruncating(_rule.Least + (Int128)offset));
            }
        }
    }

    private void FillReals<T>(FixedWidthBuilder values, long first, int count)
        where T : unmanaged, INumber<T>
    {
        for (int i = 0; i < count; i++)
        {
            long row = first + i;
            if (IsNull(row))
            {
                values.AppendNull();
                continue;
            }

            double share = (Draw(row) >> 11) * TwoToMinus53;
            double random = (_rule.LeastReal * (1 - share)) + (_rule.MostReal * share);
            values.Append(T.CreateTruncating(_rule.IsSequence ? _rule.Start + row : random));
        }
    }

    private void FillTimes(FixedWidthBuilder values, long first, int count)
    {
        long now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        long pastMs = (long)_rule.MaxPast.TotalMilliseconds;
        for (int i = 0; i < count; i++)
        {
            long row = first + i;
            if (IsNull(row))
            {
                values.AppendNull();
                continue;
            }

            switch (_rule.Type.Id)
            {
                case SqlTypeId.Date:
                    values.Append((int)(now / CivilDate.MillisPerDay));
                    break;
                case SqlTypeId.Time:
                    values.Append((int)(now % CivilDate.MillisPerDay));
                    break;
                case SqlTypeId.Timestamp or SqlTypeId.TimestampLtz:
                    long back = (long)(((UInt128)Draw(row) * ((ulong)pastMs + 1)) >> 64);
                    values.Append((now - back) * (TimestampText.PerSecond(_type.Unit) / 1000));
                    break;
                default:
                    throw new InvariantException(9113, $"Type cannot be generated: {_rule.Type}.");
            }
        }
    }

    private void FillText(ViewBuilder text, long first, int count)
    {
        Span<byte> number = stackalloc byte[NumberText.MaxLength];
        byte[] scratch = System.Buffers.ArrayPool<byte>.Shared.Rent(Math.Max(1, _rule.Length));
        for (int i = 0; i < count; i++)
        {
            long row = first + i;
            if (IsNull(row))
            {
                text.AppendNull();
            }
            else if (_rule.IsSequence)
            {
                text.Append(number[..NumberText.Format(_rule.Start + row, number)]);
            }
            else
            {
                text.Append(Letters(scratch, Draw(row)));
            }
        }

        System.Buffers.ArrayPool<byte>.Shared.Return(scratch);
    }

    private ReadOnlySpan<byte> Letters(byte[] scratch, ulong word)
    {
        int length = _rule.VariesLength && _rule.Length > 0 ? 1 + (int)SplitMix.Below(word, _rule.Length) : _rule.Length;
        bool isText = _rule.Type.IsText;
        for (int c = 0; c < length; c++)
        {
            int nibble = c & 7;
            word = nibble == 0 ? SplitMix.Mix(word + SplitMix.Step) : word;
            byte bits = (byte)(word >> (nibble * 8));
            scratch[c] = isText ? "0123456789abcdef"u8[bits & 15] : bits;
        }

        return scratch.AsSpan(0, length);
    }

    private ArrayData MakeNested(long first, int count)
    {
        NativeBuffer? validity = null;
        if (_rule.NullRate > 0)
        {
            validity = _allocator.AllocateZeroed(Bitmap.ByteCount(count));
            validity.Length = (count + 7) >> 3;
            for (int i = 0; i < count; i++)
            {
                Bitmap.Write(validity.Pointer, i, !IsNull(first + i));
            }
        }

        if (_rule.Type.Id == SqlTypeId.Row)
        {
            var fields = new ArrayData[_children.Length];
            for (int i = 0; i < fields.Length; i++)
            {
                fields[i] = _children[i].Make(first, count);
            }

            return new StructArray(_type, count, fields, validity);
        }

        NativeBuffer offsets = _allocator.Allocate((count + 1L) * sizeof(int));
        for (int i = 0; i <= count; i++)
        {
            ((int*)offsets.Pointer)[i] = i * _rule.Length;
        }

        ArrayData items = _children[0].Make(first * _rule.Length, count * _rule.Length);
        return new ListArray(_type, count, offsets, items, validity);
    }
}
