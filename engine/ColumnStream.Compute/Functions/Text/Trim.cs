using System;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Text;

/// <summary>Strips characters off text: TRIM(s), or TRIM('BOTH' | 'LEADING' | 'TRAILING', characters, s).</summary>
internal readonly struct Trim : IRowOp<Utf8, Utf8, Utf8, Utf8>
{
    public static ScalarFunction Definition { get; } = new Function(
        "TRIM",
        ["TRIM([BOTH | LEADING | TRAILING] [characters] FROM s)"],
        "Strips spaces, or the characters of a set, off both ends or one.",
        "TRIM('  a ') = 'a'",
        static arguments => arguments.Length == 1
            ? Function.Bind(arguments, [Parameter.Text], SqlType.String, false)
            : Function.Bind(arguments, [Parameter.Text, Parameter.Text, Parameter.Text], SqlType.String, false),
        Compile);

    public static bool Apply(Frame frame, Utf8 side, Utf8 characters, Utf8 text, out Utf8 result)
    {
        bool both = side.Span.SequenceEqual("BOTH"u8);
        result = TrimKernel.Run(
            text,
            characters.Span,
            leading: both || side.Span.SequenceEqual("LEADING"u8),
            trailing: both || side.Span.SequenceEqual("TRAILING"u8));
        return true;
    }

    private static int Compile(ProgramCompiler compiler, CallExpression call, int branch)
    {
        bool alone = call.Arguments.Count == 1;
        int side = compiler.Compile(alone ? Literals.Text("BOTH") : call.Arguments[0], branch);
        int characters = compiler.Compile(alone ? Literals.Text(" ") : call.Arguments[1], branch);
        int text = compiler.Compile(call.Arguments[alone ? 0 : 2], branch);
        return compiler.Emit(
            new RowStep<Trim, Utf8, Utf8, Utf8, Utf8>(side, characters, text), Layout.View, branch, call.Location);
    }
}
