using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace ColumnStream.Runtime.Jobs;

/// <summary>Says which operators of a job hold the most state: for errors.</summary>
internal static class StateReport
{
    private const int MostOperators = 5;

    /// <summary>Returns a sentence with a space behind it, empty when no operator holds any.</summary>
    public static string Of(IEnumerable<NodeMetrics> nodes)
    {
        NodeMetrics[] largest =
        [
            .. nodes.Where(n => n.StateBytes + n.StateSpilledBytes > 0)
                .OrderByDescending(n => n.StateBytes + n.StateSpilledBytes)
                .Take(MostOperators),
        ];
        return largest.Length == 0 ? string.Empty : $"Largest state: {string.Join("; ", largest.Select(Line))}. ";
    }

    private static string Line(NodeMetrics node) => string.Create(
        CultureInfo.InvariantCulture,
        $"{node.Name} {node.StateRows:N0} rows, {node.StateBytes:N0} bytes in memory, {node.StateSpilledBytes:N0} on disk");
}
