using System;
using System.Text;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;

namespace ColumnStream.Compute.Functions.Temporal;

/// <summary>Remembers the last pattern, so that a constant one is translated once.</summary>
internal sealed class PatternCache
{
    private byte[] _text = [];
    private DatePattern? _pattern;

    /// <summary>Returns the translated pattern, or null when it cannot be translated.</summary>
    public DatePattern? Get(ReadOnlySpan<byte> text)
    {
        if (_pattern is null || !text.SequenceEqual(_text))
        {
            _text = text.ToArray();
            _pattern = DatePattern.TryCreate(Encoding.UTF8.GetString(text));
        }

        return _pattern;
    }

    /// <summary>
    /// Compiles a function whose last argument is a pattern; a constant one that cannot be read is an error now.
    /// </summary>
    public static int Compile(ProgramCompiler compiler, CallExpression call, int branch, RowStep step, Layout layout)
    {
        if (call.Arguments[^1] is LiteralExpression { Value: { } text } && call.Arguments.Count > 1
            && DatePattern.TryCreate(text) is null)
        {
            throw new NotSupportedException($"Date pattern is not supported: {text}.");
        }

        step.State = new PatternCache();
        return compiler.Emit(step, layout, branch, call.Location);
    }
}
