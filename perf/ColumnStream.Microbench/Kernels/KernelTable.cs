using System.Collections.Generic;
using System.Linq;

namespace ColumnStream.Microbench.Kernels;

/// <summary>Lists the operations that the design page on expressions gives a figure for.</summary>
internal static class KernelTable
{
    public static IReadOnlyList<KernelCase> All { get; } =
    [
        new("a + b", "a + b", 0.09, Peer.Vector),
        new("(a + b) * c - d", "(a + b) * c - d", 0.28, Peer.Vector),
        new("a < b to bitmap", "a < b", 0.055, Peer.Vector),
        new("decimal64 × constant", "small * 0.5", 0.09, Peer.Vector),
        new("BIGINT × DECIMAL to 128 bits", "a * 0.908", 0.15, Peer.Vector),
        new("a / 7", "a / 7", 0.27, Peer.Vector),
        new("a % 7", "a % 7", 0.27, Peer.Vector),
        new("decimal64 rounded to a lower scale", "CAST(price AS DECIMAL(13, 1))", 0.28, Peer.Vector),
        new("a % 123 = 0 to selection", "WHERE a % 123 = 0", 0.09, Peer.Vector),
        new("bitmap to selection, 50 %", "WHERE flag", 0.10, Peer.Vector),
        new("BETWEEN", "a BETWEEN 200000 AND 600000", 0.07, Peer.Vector),
        new("AND, OR, NOT", "(flag AND NOT other) OR (other AND NOT flag)", 0.02, Peer.Vector),
        new("CASE, cheap branches", "CASE WHEN a < 300000 THEN a + b WHEN a < 600000 THEN a - b ELSE b END", 0.39, Peer.Vector),
        new(
            "CASE to text constants, views",
            "CASE WHEN a < 300000 THEN 'low' WHEN a < 600000 THEN 'middle' ELSE 'high' END", 0.60, Peer.Vector),
        new("text = constant", "channel = 'Google'", 0.14, Peer.Vector),
        new(
            "text IN (20)",
            "channel IN (" + string.Join(", ", Enumerable.Range(0, 19).Select(i => $"'channel-{i * 17}'")) + ", 'Google')",
            1.85, Peer.Scalar),
        new("text column = text column", "channel = channel2", 1.3, Peer.Scalar),
        new("SUBSTRING, inline", "SUBSTRING(channel, 2, 4)", 0.74, Peer.Scalar),
        new("SUBSTRING, long", "SUBSTRING(url, 9, 20)", 1.2, Peer.Scalar),
        new("UPPER, inline", "UPPER(channel)", 0.87, Peer.Scalar),
        new("UPPER, long", "UPPER(url)", 1.4, Peer.Scalar),
        new("LIKE '%literal%'", "url LIKE '%query=1&channel%'", 2.9, Peer.Scalar),
        new("SPLIT_INDEX(url, '/', 3)", "SPLIT_INDEX(url, '/', 3)", 3.3, Peer.Scalar),
        new("CONCAT, long", "url || channel", 3.6, Peer.Scalar),
        new("CAST text to BIGINT", "CAST(digits AS BIGINT)", 3.9, Peer.Scalar),
        new("EXTRACT(HOUR), one hour", "EXTRACT(HOUR FROM ts)", 0.07, Peer.Vector),
        new("EXTRACT(HOUR), many", "EXTRACT(HOUR FROM wide)", 0.35, Peer.Vector),
        new("FLOOR TO DAY, one day", "FLOOR(ts TO DAY)", 0.07, Peer.Vector),
        new("FLOOR TO DAY, many", "FLOOR(wide TO DAY)", 0.18, Peer.Vector),
        new("DATE_FORMAT, one day", "DATE_FORMAT(ts, 'yyyy-MM-dd')", 0.07, Peer.Vector),
        new("DATE_FORMAT, many days", "DATE_FORMAT(wide, 'yyyy-MM-dd')", 0.54, Peer.Scalar),
        new(
            "REGEXP_EXTRACT of the literal shape",
            "REGEXP_EXTRACT(url, '(&|^|\\?)channel_id=([^&]*)', 2)", 6.4, Peer.Scalar),
    ];
}
