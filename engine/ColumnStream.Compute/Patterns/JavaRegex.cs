using System;
using System.Text.RegularExpressions;

namespace ColumnStream.Compute.Patterns;

/// <summary>Holds a pattern with Java's meaning, translated once for each kind of text that comes.</summary>
/// <remarks>Interpreted first; compiled once many texts have come, which costs some milliseconds. One thread.</remarks>
internal sealed class JavaRegex
{
    /// <summary>Texts after which compiling pays.</summary>
    public const int CompileAfter = 50_000;

    private const RegexOptions Options = RegexOptions.CultureInvariant | RegexOptions.Singleline;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);
    private readonly PatternNode _node;
    private readonly Regex?[] _regexes = new Regex?[3];
    private readonly int[] _uses = new int[3];

    private JavaRegex(PatternNode node, int groups)
    {
        _node = node;
        Groups = groups;
        Required = PatternFacts.RequiredText(node);
        Shape = RegexShape.TryRecognize(node);
        Contained = RegexShape.TryContained(node);
    }

    /// <summary>Gets the number of groups.</summary>
    public int Groups { get; }

    /// <summary>Gets bytes that stand in every text that matches; empty when none are known.</summary>
    public byte[] Required { get; }

    /// <summary>Gets the form that finds matches on bytes, or null.</summary>
    public RegexShape? Shape { get; }

    /// <summary>Gets the bytes whose presence is all that a match needs, or null.</summary>
    public byte[]? Contained { get; }

    /// <summary>Reads a pattern.</summary>
    /// <param name="pattern">In Java's language.</param>
    /// <param name="whole">Whether the text must match from end to end.</param>
    /// <exception cref="JavaPatternException">Java refuses it, or it has no translation.</exception>
    public static JavaRegex Create(string pattern, bool whole = false)
    {
        PatternNode node = JavaPatternParser.Parse(pattern, out int groups);
        if (whole)
        {
            node = new SequenceNode([new AnchorNode(Anchor.Begin), node, new AnchorNode(Anchor.End)]);
        }

        var regex = new JavaRegex(node, groups);
        try
        {
            regex.For(TextKind.Basic);
        }
        catch (ArgumentException error)
        {
            throw new JavaPatternException(error.Message.TrimEnd('.'), 0, isValid: true);
        }

        return regex;
    }

    /// <summary>Gets the translation for a kind of text and counts its use.</summary>
    public Regex For(TextKind kind)
    {
        int k = (int)kind;
        Regex? regex = _regexes[k];
        if (regex is not null && ++_uses[k] != CompileAfter)
        {
            return regex;
        }

        RegexOptions options = Options | (_uses[k] == CompileAfter ? RegexOptions.Compiled : RegexOptions.None);
        return _regexes[k] = new Regex(NetPatternWriter.Write(_node, kind, Groups), options, Limit);
    }
}
