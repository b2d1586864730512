using System;
using System.Numerics;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Numeric;

/// <summary>Writes an integer or the bytes of a text in upper-case hexadecimal digits.</summary>
internal readonly struct Hex : IRowOp<Utf8, Utf8>, IRowOp<long, Utf8>
{
    public static ScalarFunction Definition { get; } = new Function(
        "HEX",
        ["HEX(n)", "HEX(s)"],
        "Writes an integer or the bytes of a text in upper-case hexadecimal digits.",
        "HEX('hello') = '68656C6C6F'",
        static arguments => arguments.Length == 1 && arguments[0].IsInteger
            ? Function.Bind(arguments, [Parameter.BigInt], SqlType.String, canBeNull: false)
            : Function.Bind(arguments, [Parameter.TextOrBinary], SqlType.String, canBeNull: false),
        Compile);

    public static unsafe bool Apply(Frame frame, Utf8 a, out Utf8 result)
    {
        byte* room = frame.Reserve((a.Length * 2L) + 16);
        Convert.TryToHexString(a.Span, new Span<byte>(room, a.Length * 2), out int written);
        result = frame.Commit(written);
        return true;
    }

    public static bool Apply(Frame frame, long a, out Utf8 result)
    {
        Span<byte> text = stackalloc byte[16];
        int length = Math.Max(1, (67 - BitOperations.LeadingZeroCount((ulong)a)) / 4);
        for (int i = 0; i < length; i++)
        {
            text[i] = "0123456789ABCDEF"u8[(int)(a >> ((length - 1 - i) * 4)) & 15];
        }

        result = frame.Copy(text[..length]);
        return true;
    }

    private static int Compile(ProgramCompiler compiler, CallExpression call, int branch)
    {
        int a = compiler.Compile(call.Arguments[0], branch);
        RowStep step = call.Arguments[0].Type.Id == SqlTypeId.BigInt
            ? new RowStep<Hex, long, Utf8>(a) : new RowStep<Hex, Utf8, Utf8>(a);
        return compiler.Emit(step, Layout.View, branch, call.Location);
    }
}
