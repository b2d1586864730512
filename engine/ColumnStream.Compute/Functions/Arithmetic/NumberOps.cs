using System.Numerics;
using System.Runtime.Intrinsics;
using ColumnStream.Compute.Execution;

namespace ColumnStream.Compute.Functions.Arithmetic;

/// <summary>Adds; integers wrap.</summary>
internal readonly struct AddOp<T> : IBinaryOp<T>
    where T : INumber<T>
{
    public static T Apply(T a, T b) => unchecked(a + b);

    public static Vector512<T> Apply(Vector512<T> a, Vector512<T> b) => a + b;
}

/// <summary>Subtracts; integers wrap.</summary>
internal readonly struct SubtractOp<T> : IBinaryOp<T>
    where T : INumber<T>
{
    public static T Apply(T a, T b) => unchecked(a - b);

    public static Vector512<T> Apply(Vector512<T> a, Vector512<T> b) => a - b;
}

/// <summary>Multiplies; integers wrap.</summary>
internal readonly struct MultiplyOp<T> : IBinaryOp<T>
    where T : INumber<T>
{
    public static T Apply(T a, T b) => unchecked(a * b);

    public static Vector512<T> Apply(Vector512<T> a, Vector512<T> b) => a * b;
}

/// <summary>Divides floats; division by zero gives an infinity or NaN.</summary>
internal readonly struct DivideFloatOp<T> : IBinaryOp<T>
    where T : INumber<T>
{
    public static T Apply(T a, T b) => a / b;

    public static Vector512<T> Apply(Vector512<T> a, Vector512<T> b) => a / b;
}

/// <summary>Negates; the least integer stays itself.</summary>
internal readonly struct NegateOp<T> : IUnaryOp<T>
    where T : INumber<T>
{
    public static T Apply(T a) => unchecked(-a);

    public static Vector512<T> Apply(Vector512<T> a) => -a;
}

/// <summary>Gives the magnitude; the least integer stays itself.</summary>
internal readonly struct AbsOp<T> : IUnaryOp<T>
    where T : INumber<T>
{
    public static T Apply(T a) =>
        typeof(T) == typeof(double) || typeof(T) == typeof(float) ? T.Abs(a) : a < T.Zero ? unchecked(-a) : a;

    public static Vector512<T> Apply(Vector512<T> a) => Vector512.Abs(a);
}

/// <summary>Divides integers and truncates; zero has no quotient.</summary>
internal readonly struct DivideIntegerOp<T> : IRowOp<T, T, T>
    where T : unmanaged, IBinaryInteger<T>
{
    public static bool Apply(Frame frame, T a, T b, out T result)
    {
        if (b == T.Zero)
        {
            result = default;
            return false;
        }

        // The least integer by -1 would trap.
        result = b == -T.One ? unchecked(-a) : a / b;
        return true;
    }
}

/// <summary>Gives the remainder with the sign of the dividend; zero has none.</summary>
internal readonly struct ModuloIntegerOp<T> : IRowOp<T, T, T>
    where T : unmanaged, IBinaryInteger<T>
{
    public static bool Apply(Frame frame, T a, T b, out T result)
    {
        if (b == T.Zero)
        {
            result = default;
            return false;
        }

        result = b == -T.One ? T.Zero : a % b;
        return true;
    }
}

/// <summary>Gives the remainder of floats with the sign of the dividend.</summary>
internal readonly struct ModuloFloatOp<T> : IRowOp<T, T, T>
    where T : unmanaged, INumber<T>
{
    public static bool Apply(Frame frame, T a, T b, out T result)
    {
        result = a % b;
        return true;
    }
}
