using System.Collections.Generic;
using System.Text;

namespace ColumnStream.Compute.Patterns;

/// <summary>Answers what follows from a parsed pattern.</summary>
internal static class PatternFacts
{
    /// <summary>
    /// Tells whether a match has a greatest length, which looking behind needs; Java 17 lets single characters be many.
    /// </summary>
    public static bool HasMostLength(PatternNode node) => node switch
    {
        SequenceNode sequence => sequence.Parts.TrueForAll(HasMostLength),
        ChoiceNode choice => choice.Choices.TrueForAll(HasMostLength),
        CaptureNode capture => HasMostLength(capture.Body),
        AtomicNode atomic => HasMostLength(atomic.Body),
        RepeatNode { Least: 0 or 1, Most: -1, Kind: RepeatKind.Greedy, Body: SetNode } => true,
        RepeatNode repeat => repeat.Most >= 0 && HasMostLength(repeat.Body),
        BackReferenceNode => false,
        _ => true,
    };

    /// <summary>Returns the longest text that stands in every match, as UTF-8; empty when none is known.</summary>
    public static byte[] RequiredText(PatternNode node)
    {
        string best = string.Empty;
        var run = new StringBuilder();
        Walk(node, run, ref best);
        Flush(run, ref best);
        return Encoding.UTF8.GetBytes(best);
    }

    /// <summary>Flattens nested sequences.</summary>
    public static List<PatternNode> Parts(PatternNode node)
    {
        List<PatternNode> parts = [];
        if (node is SequenceNode sequence)
        {
            foreach (PatternNode part in sequence.Parts)
            {
                parts.AddRange(Parts(part));
            }
        }
        else
        {
            parts.Add(node);
        }

        return parts;
    }

    private static void Walk(PatternNode node, StringBuilder run, ref string best)
    {
        switch (node)
        {
            case SetNode { Set.Single: >= 0 and var point } when Rune.IsValid(point):
                run.Append(char.ConvertFromUtf32(point));
                break;
            case SequenceNode sequence:
                foreach (PatternNode part in sequence.Parts)
                {
                    Walk(part, run, ref best);
                }

                break;
            case CaptureNode capture:
                Walk(capture.Body, run, ref best);
                break;
            case AtomicNode atomic:
                Walk(atomic.Body, run, ref best);
                break;
            case AnchorNode:
                break;
            case RepeatNode { Least: > 0 } repeat:
                Flush(run, ref best);
                Walk(repeat.Body, run, ref best);
                Flush(run, ref best);
                break;
            default:
                Flush(run, ref best);
                break;
        }
    }

    private static void Flush(StringBuilder run, ref string best)
    {
        if (run.Length > best.Length)
        {
            best = run.ToString();
        }

        run.Clear();
    }
}
