using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ColumnStream.Compute.Execution;

/// <summary>Gives the scalar and vector form of an operation on one value.</summary>
internal interface IUnaryOp<T>
{
    static abstract T Apply(T a);

    static abstract Vector512<T> Apply(Vector512<T> a);
}

/// <summary>Gives the scalar and vector form of an operation on two values.</summary>
internal interface IBinaryOp<T>
{
    static abstract T Apply(T a, T b);

    static abstract Vector512<T> Apply(Vector512<T> a, Vector512<T> b);
}

/// <summary>Gives the scalar and vector form of a comparison; the vector form answers all ones a true lane.</summary>
internal interface ICompareOp<T>
{
    static abstract bool Apply(T a, T b);

    static abstract Vector512<T> Apply(Vector512<T> a, Vector512<T> b);
}

/// <summary>Runs a unary operation over all rows of the tile.</summary>
internal sealed unsafe class UnaryStep<TOp, T>(int a) : Step
    where TOp : struct, IUnaryOp<T>
    where T : unmanaged
{
    public override void Run(Frame frame)
    {
        ref Register source = ref frame[a];
        ref Register result = ref frame[Result];
        result.Valid = source.Valid;
        if (frame.Scalar)
        {
            RunScalar((T*)source.Data, (T*)result.Data, frame.Rows);
        }
        else
        {
            RunVector((T*)source.Data, (T*)result.Data, frame.Rows);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunVector(T* a, T* r, int n)
    {
        for (int i = 0; i < n; i += Vector512<T>.Count)
        {
            TOp.Apply(Vector512.Load(a + i)).Store(r + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunScalar(T* a, T* r, int n)
    {
        for (int i = 0; i < n; i++)
        {
            r[i] = TOp.Apply(a[i]);
        }
    }
}

/// <summary>
/// Runs a binary operation over all rows of the tile; rows past the end and under null are computed and ignored.
/// </summary>
internal sealed unsafe class BinaryStep<TOp, T>(int a, int b) : Step
    where TOp : struct, IBinaryOp<T>
    where T : unmanaged
{
    public override void Run(Frame frame)
    {
        ref Register result = ref frame[Result];
        result.Valid = frame.And(Result, frame[a].Valid, frame[b].Valid);
        T* x = (T*)frame[a].Data;
        T* y = (T*)frame[b].Data;
        if (frame.Scalar)
        {
            RunScalar(x, y, (T*)result.Data, frame.Rows);
        }
        else
        {
            RunVector(x, y, (T*)result.Data, frame.Rows);
        }
    }

    // Loads may reach 63 bytes behind the last row: buffers are padded by 64.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunVector(T* a, T* b, T* r, int n)
    {
        for (int i = 0; i < n; i += Vector512<T>.Count)
        {
            TOp.Apply(Vector512.Load(a + i), Vector512.Load(b + i)).Store(r + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunScalar(T* a, T* b, T* r, int n)
    {
        for (int i = 0; i < n; i++)
        {
            r[i] = TOp.Apply(a[i], b[i]);
        }
    }
}

/// <summary>Compares two registers into a bitmap.</summary>
internal sealed unsafe class CompareStep<TOp, T>(int a, int b) : Step
    where TOp : struct, ICompareOp<T>
    where T : unmanaged
{
    public override void Run(Frame frame)
    {
        ref Register result = ref frame[Result];
        result.Valid = frame.And(Result, frame[a].Valid, frame[b].Valid);
        T* x = (T*)frame[a].Data;
        T* y = (T*)frame[b].Data;
        if (frame.Scalar)
        {
            RunScalar(x, y, result.Data, frame.Rows);
        }
        else
        {
            RunVector(x, y, result.Data, frame.Rows);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunVector(T* a, T* b, byte* r, int n)
    {
        for (int i = 0; i < n; i += Vector512<T>.Count)
        {
            ulong bits = TOp.Apply(Vector512.Load(a + i), Vector512.Load(b + i)).ExtractMostSignificantBits();
            switch (Vector512<T>.Count)
            {
                case 8:
                    r[i >> 3] = (byte)bits;
                    break;
                case 16:
                    *(ushort*)(r + (i >> 3)) = (ushort)bits;
                    break;
                case 32:
                    *(uint*)(r + (i >> 3)) = (uint)bits;
                    break;
                default:
                    *(ulong*)(r + (i >> 3)) = bits;
                    break;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunScalar(T* a, T* b, byte* r, int n)
    {
        for (int i = 0; i < n; i += 8)
        {
            int bits = 0;
            for (int j = 0; j < 8 && i + j < n; j++)
            {
                bits |= (TOp.Apply(a[i + j], b[i + j]) ? 1 : 0) << j;
            }

            r[i >> 3] = (byte)bits;
        }
    }
}

/// <summary>Tests low ≤ x ≤ high for constant bounds with one unsigned comparison.</summary>
internal sealed unsafe class RangeStep<T, TUnsigned>(int a, T low, T high) : Step
    where T : unmanaged, IBinaryInteger<T>
    where TUnsigned : unmanaged, IBinaryInteger<TUnsigned>
{
    public override void Run(Frame frame)
    {
        ref Register result = ref frame[Result];
        result.Valid = frame[a].Valid;
        var bias = TUnsigned.CreateTruncating(low);
        RunVector((TUnsigned*)frame[a].Data, bias, TUnsigned.CreateTruncating(high) - bias, result.Data, frame.Rows);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunVector(TUnsigned* a, TUnsigned bias, TUnsigned width, byte* r, int n)
    {
        var low = Vector512.Create(bias);
        var span = Vector512.Create(width);
        for (int i = 0; i < n; i += Vector512<TUnsigned>.Count)
        {
            ulong bits = Vector512.LessThanOrEqual(Vector512.Load(a + i) - low, span).ExtractMostSignificantBits();
            if (Vector512<TUnsigned>.Count == 8)
            {
                r[i >> 3] = (byte)bits;
            }
            else
            {
                *(ushort*)(r + (i >> 3)) = (ushort)bits;
            }
        }
    }
}
