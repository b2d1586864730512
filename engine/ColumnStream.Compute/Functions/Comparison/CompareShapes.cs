using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;

namespace ColumnStream.Compute.Functions.Comparison;

/// <summary>
/// Recognises comparisons whose shape has a kernel of its own: <c>a % k = c</c>, <c>text = 'short'</c>.
/// </summary>
internal static class CompareShapes
{
    /// <summary>Compiles the special kernel, or returns null when the shape is another.</summary>
    public static int? TryCompile(ProgramCompiler compiler, CallExpression call, int branch)
    {
        if (call.Function is not ("=" or "<>"))
        {
            return null;
        }

        bool negate = call.Function == "<>";
        BoundExpression left = call.Arguments[0];
        BoundExpression right = call.Arguments[1];
        if (left is LiteralExpression && right is not LiteralExpression)
        {
            (left, right) = (right, left);
        }

        if (right is not LiteralExpression { Value: not null } literal)
        {
            return null;
        }

        if (left.Type.IsText && Literal.InlineText(literal) is { } bytes)
        {
            int text = compiler.Compile(left, branch);
            return compiler.Emit(new ShortTextStep(text, StringView.Inline(bytes), negate), Layout.Bit, 0,
                call.Location);
        }

        if (left is CallExpression { Function: "%", Arguments: [var value, LiteralExpression { Value: { } by }] }
            && Layouts.Of(value.Type) == Layout.Int64 && value.Type.IsInteger && left.Type.IsInteger
            && long.Parse(by) is > 0 and var divisor && literal.Type.IsInteger)
        {
            int input = compiler.Compile(value, branch);
            return compiler.Emit(
                new RemainderStep(input, divisor, long.Parse(literal.Value), negate), Layout.Bit, 0, call.Location);
        }

        return null;
    }
}

/// <summary>
/// Compares views with one constant of at most 12 bytes: four views a vector, the bytes never touched.
/// </summary>
internal sealed unsafe class ShortTextStep(int a, StringView text, bool negate) : Step
{
    public override void Run(Frame frame)
    {
        ref Register result = ref frame[Result];
        result.Valid = frame[a].Valid;
        if (frame.Scalar)
        {
            RunScalar((StringView*)frame[a].Data, result.Data, frame.Rows);
        }
        else
        {
            RunVector((ulong*)frame[a].Data, result.Data, frame.Rows);
        }
    }

    // Loads reach at most 48 bytes behind the last view.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void RunVector(ulong* views, byte* bits, int rows)
    {
        Vector512<ulong> pattern = Vector512.Create(
            text.Low, text.High, text.Low, text.High, text.Low, text.High, text.Low, text.High);
        uint flip = negate ? 0xFFu : 0;
        for (int i = 0; i < rows; i += 8)
        {
            uint low = Pairs((uint)Vector512.Equals(Vector512.Load(views + (i * 2)),
                pattern).ExtractMostSignificantBits());
            uint high = i + 4 < rows
                ? Pairs((uint)Vector512.Equals(Vector512.Load(views + (i * 2) + 8),
                    pattern).ExtractMostSignificantBits())
                : 0;
            bits[i >> 3] = (byte)((low | (high << 4)) ^ flip);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void RunScalar(StringView* views, byte* bits, int rows)
    {
        Unsafe.InitBlock(bits, 0, Frame.BitmapBytes);
        for (int i = 0; i < rows; i++)
        {
            bool equal = views[i].Low == text.Low && views[i].High == text.High;
            bits[i >> 3] |= (byte)((equal != negate ? 1 : 0) << (i & 7));
        }
    }

    /// <summary>Folds eight lane bits into four: both halves of a view must be equal.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Pairs(uint lanes)
    {
        uint both = lanes & (lanes >> 1) & 0x55;
        both = (both | (both >> 1)) & 0x33;
        return (both | (both >> 2)) & 0x0F;
    }
}

/// <summary>
/// Tests a % k = c without dividing: a − c is a multiple of k when its product with k's inverse is small.
/// </summary>
/// <remarks>Hacker's Delight, 10-17. The remainder has the sign of a, so c also bounds a from one side.</remarks>
internal sealed unsafe class RemainderStep : Step
{
    private readonly int _a;
    private readonly bool _negate;
    private readonly bool _never;
    private readonly long _divisor;
    private readonly long _remainder;
    private readonly ulong _inverse;
    private readonly ulong _offset;
    private readonly ulong _limit;
    private readonly int _twos;
    private readonly bool _isPower;
    private readonly ConstantDivision _division;

    public RemainderStep(int a, long divisor, long remainder, bool negate)
    {
        _a = a;
        _negate = negate;
        _divisor = divisor;
        _remainder = remainder;
        _never = remainder >= divisor || remainder <= -divisor;
        _twos = BitOperations.TrailingZeroCount(divisor);
        ulong odd = (ulong)divisor >> _twos;
        ulong inverse = odd;
        for (int i = 0; i < 5; i++)
        {
            inverse *= 2 - (odd * inverse);
        }

        _inverse = inverse;
        _offset = ((ulong)long.MaxValue / odd) & ~((1UL << _twos) - 1);
        _limit = (_offset * 2) >> _twos;
        _isPower = odd == 1;
        _division = new ConstantDivision(divisor);
        if (_isPower)
        {
            // A power of two is tested by its low bits; the product test would miss the least integer.
            _offset = (ulong)divisor - 1;
            _limit = 0;
        }
    }

    public override void Run(Frame frame)
    {
        ref Register result = ref frame[Result];
        result.Valid = frame[_a].Valid;
        if (_never)
        {
            new Span<byte>(result.Data, Frame.BitmapBytes).Fill(_negate ? (byte)0xFF : (byte)0);
        }
        else if (!frame.Scalar && !_isPower && !Avx512DQ.IsSupported && ConstantDivision.Takes(_divisor)
            && RunDoubles((long*)frame[_a].Data, result.Data, frame.Rows))
        {
            return;
        }
        else if (frame.Scalar)
        {
            RunScalar((long*)frame[_a].Data, result.Data, frame.Rows);
        }
        else
        {
            RunVector((long*)frame[_a].Data, result.Data, frame.Rows);
        }
    }

    // Without a 64-bit multiplication of vectors doubles are quicker, as long as the values are below 2^51.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool RunDoubles(long* values, byte* bits, int rows)
    {
        ConstantDivision division = _division;
        Vector512<double> remainder = Vector512.Create((double)_remainder);
        Vector512<long> seen = Vector512<long>.Zero;
        byte flip = _negate ? (byte)0xFF : (byte)0;
        int sign = Math.Sign(_remainder);
        for (int i = 0; i < rows; i += 8)
        {
            Vector512<long> a = Vector512.Load(values + i);
            seen = ConstantDivision.Seen(seen, a);
            Vector512<double> value = ConstantDivision.ToDouble(a);
            Vector512<double> hit = division.Divides(value - remainder);
            hit = sign == 0 ? hit : hit & (sign > 0
                ? Vector512.GreaterThanOrEqual(value, remainder) : Vector512.LessThanOrEqual(value, remainder));
            bits[i >> 3] = (byte)((byte)hit.ExtractMostSignificantBits() ^ flip);
        }

        return ConstantDivision.Fit(seen);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void RunVector(long* values, byte* bits, int rows)
    {
        Vector512<ulong> inverse = Vector512.Create(_inverse);
        Vector512<ulong> offset = Vector512.Create(_offset);
        Vector512<ulong> limit = Vector512.Create(_limit);
        Vector512<long> remainder = Vector512.Create(_remainder);
        int twos = _twos;
        int sign = Math.Sign(_remainder);
        byte flip = _negate ? (byte)0xFF : (byte)0;
        bool isPower = _isPower;
        for (int i = 0; i < rows; i += 8)
        {
            Vector512<long> a = Vector512.Load(values + i);
            Vector512<ulong> q = ((a - remainder).AsUInt64() * inverse) + offset;
            q = isPower
                ? (a - remainder).AsUInt64() & offset
                : Vector512.ShiftRightLogical(q, twos) | (twos == 0 ? q : Vector512.ShiftLeft(q, 64 - twos));
            ulong hit = Vector512.LessThanOrEqual(q, limit).ExtractMostSignificantBits();
            if (sign > 0)
            {
                hit &= Vector512.GreaterThanOrEqual(a, remainder).ExtractMostSignificantBits();
            }
            else if (sign < 0)
            {
                hit &= Vector512.LessThanOrEqual(a, remainder).ExtractMostSignificantBits();
            }

            bits[i >> 3] = (byte)((byte)hit ^ flip);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void RunScalar(long* values, byte* bits, int rows)
    {
        Unsafe.InitBlock(bits, 0, Frame.BitmapBytes);
        for (int i = 0; i < rows; i++)
        {
            bits[i >> 3] |= (byte)(((values[i] % _divisor == _remainder) != _negate ? 1 : 0) << (i & 7));
        }
    }
}
