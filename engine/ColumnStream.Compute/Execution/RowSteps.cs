using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using ColumnStream.Arrow.Memory;

namespace ColumnStream.Compute.Execution;

/// <summary>Computes one row from one argument; false means NULL, or failure where the step has a message.</summary>
internal interface IRowOp<TA, TR>
{
    static abstract bool Apply(Frame frame, TA a, out TR result);
}

/// <summary>Computes one row from two arguments.</summary>
internal interface IRowOp<TA, TB, TR>
{
    static abstract bool Apply(Frame frame, TA a, TB b, out TR result);
}

/// <summary>Computes one row from three arguments.</summary>
internal interface IRowOp<TA, TB, TC, TR>
{
    static abstract bool Apply(Frame frame, TA a, TB b, TC c, out TR result);
}

/// <summary>Computes one row from four arguments.</summary>
internal interface IRowOp<TA, TB, TC, TD, TR>
{
    static abstract bool Apply(Frame frame, TA a, TB b, TC c, TD d, out TR result);
}

/// <summary>
/// Runs operations that are too dear to waste: over rows that are valid, selected and in the branch only.
/// </summary>
internal abstract unsafe class RowStep : Step
{
    // Rows without a value, gathered while the tile runs: clearing validity bits at once costs far more.
    private ulong* _missing;

    /// <summary>Gets or sets what constant arguments were prepared to.</summary>
    public object? State { get; set; }

    /// <summary>Gets or sets the text of the error, or null where failure is NULL.</summary>
    public string? FailMessage { get; set; }

    public override void Run(Frame frame)
    {
        ref Register result = ref frame[Result];
        result.Valid = Validity(frame);
        ulong* mask = stackalloc ulong[8];
        int count = frame.Mask(mask, Branch, result.Valid);
        if (result.Layout == Layout.Bit)
        {
            Unsafe.InitBlock(result.Data, 0, Frame.BitmapBytes);
        }
        else if (result.Layout == Layout.View && count < frame.Rows)
        {
            Unsafe.InitBlock(result.Data, 0, (uint)(frame.Rows * 16));
        }

        if (count > 0)
        {
            ulong* missing = stackalloc ulong[8];
            new Span<ulong>(missing, 8).Clear();
            _missing = missing;
            frame.State = State;
            RunRows(frame, mask);
            ClearMissing(frame, missing);
        }
    }

    /// <summary>Combines the validity of the arguments.</summary>
    protected abstract byte* Validity(Frame frame);

    /// <summary>Computes the masked rows.</summary>
    protected abstract void RunRows(Frame frame, ulong* mask);

    /// <summary>Shows the value that a failing row has, or null.</summary>
    protected virtual string? Argument(Frame frame, int row) => null;

    /// <summary>Notes that a row has no value.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    protected void Missing(Frame frame, int row)
    {
        if (FailMessage is not null)
        {
            string? argument = Argument(frame, row);
            Fail(frame, row, argument is null ? FailMessage : $"{FailMessage.TrimEnd('.')}: {argument}.");
        }

        _missing[row >> 6] |= 1UL << (row & 63);
        if (frame[Result].Layout == Layout.View)
        {
            ((Arrow.Arrays.StringView*)frame[Result].Data)[row] = default;
        }
    }

    private void ClearMissing(Frame frame, ulong* missing)
    {
        ulong any = 0;
        for (int w = 0; w < 8; w++)
        {
            any |= missing[w];
        }

        if (any == 0)
        {
            return;
        }

        ulong* valid = (ulong*)frame.OwnValid(Result);
        for (int w = 0; w < 8; w++)
        {
            valid[w] &= ~missing[w];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected static T Read<T>(Frame frame, in Register register, int row)
    {
        if (typeof(T) == typeof(Utf8))
        {
            Utf8 text = frame.Text(register, row);
            return Unsafe.As<Utf8, T>(ref text);
        }

        if (typeof(T) == typeof(bool))
        {
            bool bit = Bitmap.Get(register.Data, row);
            return Unsafe.As<bool, T>(ref bit);
        }

        return Unsafe.Add(ref Unsafe.AsRef<T>(register.Data), row);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected static void Write<T>(in Register register, int row, T value)
    {
        if (typeof(T) == typeof(Utf8))
        {
            Frame.Store(register, row, Unsafe.As<T, Utf8>(ref value));
        }
        else if (typeof(T) == typeof(bool))
        {
            register.Data[row >> 3] |= (byte)((Unsafe.As<T, bool>(ref value) ? 1 : 0) << (row & 7));
        }
        else
        {
            Unsafe.Add(ref Unsafe.AsRef<T>(register.Data), row) = value;
        }
    }
}

/// <summary>Runs a row operation of one argument.</summary>
internal sealed unsafe class RowStep<TOp, TA, TR>(int a) : RowStep
    where TOp : struct, IRowOp<TA, TR>
{
    protected override string? Argument(Frame frame, int row) =>
        typeof(TA) == typeof(Utf8) ? frame.Text(frame[a], row).Quote() : null;

    protected override byte* Validity(Frame frame) => frame[a].Valid;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void RunRows(Frame frame, ulong* mask)
    {
        ref Register x = ref frame[a];
        ref Register result = ref frame[Result];
        for (int w = 0; w < 8; w++)
        {
            for (ulong bits = mask[w]; bits != 0; bits &= bits - 1)
            {
                int row = (w * 64) + BitOperations.TrailingZeroCount(bits);
                if (TOp.Apply(frame, Read<TA>(frame, x, row), out TR value))
                {
                    Write(result, row, value);
                }
                else
                {
                    Missing(frame, row);
                }
            }
        }
    }
}

/// <summary>Runs a row operation of two arguments.</summary>
internal sealed unsafe class RowStep<TOp, TA, TB, TR>(int a, int b) : RowStep
    where TOp : struct, IRowOp<TA, TB, TR>
{
    protected override byte* Validity(Frame frame) => frame.And(Result, frame[a].Valid, frame[b].Valid);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void RunRows(Frame frame, ulong* mask)
    {
        ref Register x = ref frame[a];
        ref Register y = ref frame[b];
        ref Register result = ref frame[Result];
        for (int w = 0; w < 8; w++)
        {
            for (ulong bits = mask[w]; bits != 0; bits &= bits - 1)
            {
                int row = (w * 64) + BitOperations.TrailingZeroCount(bits);
                if (TOp.Apply(frame, Read<TA>(frame, x, row), Read<TB>(frame, y, row), out TR value))
                {
                    Write(result, row, value);
                }
                else
                {
                    Missing(frame, row);
                }
            }
        }
    }
}

/// <summary>Runs a row operation of three arguments.</summary>
internal sealed unsafe class RowStep<TOp, TA, TB, TC, TR>(int a, int b, int c) : RowStep
    where TOp : struct, IRowOp<TA, TB, TC, TR>
{
    protected override byte* Validity(Frame frame) =>
        frame.And(Result, frame.And(Result, frame[a].Valid, frame[b].Valid), frame[c].Valid);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void RunRows(Frame frame, ulong* mask)
    {
        ref Register x = ref frame[a];
        ref Register y = ref frame[b];
        ref Register z = ref frame[c];
        ref Register result = ref frame[Result];
        for (int w = 0; w < 8; w++)
        {
            for (ulong bits = mask[w]; bits != 0; bits &= bits - 1)
            {
                int row = (w * 64) + BitOperations.TrailingZeroCount(bits);
                if (TOp.Apply(
                    frame, Read<TA>(frame, x, row), Read<TB>(frame, y, row), Read<TC>(frame, z, row), out TR value))
                {
                    Write(result, row, value);
                }
                else
                {
                    Missing(frame, row);
                }
            }
        }
    }
}

/// <summary>Runs a row operation of four arguments.</summary>
internal sealed unsafe class RowStep<TOp, TA, TB, TC, TD, TR>(int a, int b, int c, int d) : RowStep
    where TOp : struct, IRowOp<TA, TB, TC, TD, TR>
{
    protected override byte* Validity(Frame frame) =>
        frame.And(
        Result,
        frame.And(Result, frame.And(Result, frame[a].Valid, frame[b].Valid), frame[c].Valid),
        frame[d].Valid);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void RunRows(Frame frame, ulong* mask)
    {
        ref Register x = ref frame[a];
        ref Register y = ref frame[b];
        ref Register z = ref frame[c];
        ref Register u = ref frame[d];
        ref Register result = ref frame[Result];
        for (int w = 0; w < 8; w++)
        {
            for (ulong bits = mask[w]; bits != 0; bits &= bits - 1)
            {
                int row = (w * 64) + BitOperations.TrailingZeroCount(bits);
                if (TOp.Apply(
                    frame, Read<TA>(frame, x, row), Read<TB>(frame, y, row), Read<TC>(frame, z, row),
                    Read<TD>(frame, u, row), out TR value))
                {
                    Write(result, row, value);
                }
                else
                {
                    Missing(frame, row);
                }
            }
        }
    }
}
