using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Hashing;

/// <summary>Returns the SHA-2 digest of a number of bits in lower-case hexadecimal.</summary>
internal readonly struct Sha2 : IRowOp<Utf8, int, Utf8>
{
    public static ScalarFunction Definition { get; } = Function.Row<Sha2, Utf8, int, Utf8>(
        "SHA2(s, bits)",
        "Returns the SHA-2 digest of 224, 256, 384 or 512 bits in lower-case hexadecimal.",
        "SHA2('a', 256) = SHA256('a')",
        Parameter.TextOrBinary,
        Parameter.Integer,
        SqlType.String).FailingWith("Bits of SHA2 must be 224, 256, 384 or 512.").With(Check);

    public static bool Apply(Frame frame, Utf8 a, int b, out Utf8 result)
    {
        result = default;
        return b switch
        {
            224 => Sha224.Apply(frame, a, out result),
            256 => Sha256.Apply(frame, a, out result),
            384 => Sha384.Apply(frame, a, out result),
            512 => Sha512.Apply(frame, a, out result),
            _ => false,
        };
    }

    private static string? Check(CallExpression call) =>
        ConstantFolder.Constant(call.Arguments[1]) is { Value: { } bits } && bits is not ("224" or "256" or "384" or "512")
            ? $"Bits must be 224, 256, 384 or 512: {bits}." : null;
}
