using System;
using System.Collections.Generic;
using System.Text;
using ColumnStream.Compute.Expressions;

namespace ColumnStream.Compute.Patterns;

/// <summary>Remembers the patterns that a step has met; mostly there is only one. Holds the matcher too.</summary>
internal sealed class RegexCache
{
    private const int MostPatterns = 128;
    private readonly Dictionary<string, JavaRegex?> _known = new(StringComparer.Ordinal);
    private byte[] _last = [];
    private JavaRegex? _regex;
    private bool _hasLast;

    public RegexMatcher Matcher { get; } = new();

    /// <summary>Rejects a constant pattern that Java takes and this program cannot translate; the pattern stands second.</summary>
    public static string? Check(CallExpression call) => Check(call, argument: 1);

    /// <summary>Rejects a constant pattern at any place.</summary>
    public static string? Check(CallExpression call, int argument)
    {
        if (ConstantFolder.Constant(call.Arguments[argument]) is not { Value: { } pattern })
        {
            return null;
        }

        try
        {
            JavaRegex.Create(pattern);
            return null;
        }
        catch (JavaPatternException error) when (error.IsValid)
        {
            return error.Message;
        }
        catch (JavaPatternException)
        {
            // Java refuses it: the functions answer as they do for any such pattern.
            return null;
        }
    }

    /// <summary>Returns the pattern, or null where Java refuses it.</summary>
    /// <exception cref="JavaPatternException">Java takes it, but it has no translation.</exception>
    public JavaRegex? Get(ReadOnlySpan<byte> pattern)
    {
        if (_hasLast && pattern.SequenceEqual(_last))
        {
            return _regex;
        }

        string text = Encoding.UTF8.GetString(pattern);
        if (!_known.TryGetValue(text, out JavaRegex? regex))
        {
            if (_known.Count >= MostPatterns)
            {
                _known.Clear();
            }

            try
            {
                regex = JavaRegex.Create(text);
            }
            catch (JavaPatternException error) when (!error.IsValid)
            {
                regex = null;
            }

            _known.Add(text, regex);
        }

        _last = pattern.ToArray();
        _hasLast = true;
        return _regex = regex;
    }
}
