using System;
using System.Collections.Generic;
using System.Globalization;
using ColumnStream.Compute.Kernels.Hash;
using ColumnStream.Engine.Integrity;

namespace ColumnStream.Runtime.Ledger;

/// <summary>Compares the rows that reached a sink's writers with those of the parts that its epochs committed.</summary>
internal static class SinkCheck
{
    /// <summary>Compares one sink and collects its parts.</summary>
    public static IntegrityLine Run(
        string uid, string table, IReadOnlyList<EpochLedger> epochs, bool isWhole, List<(long Epoch, SinkPart Part)> parts)
    {
        var findings = new Findings("sink", table);
        var names = new HashSet<string>(StringComparer.Ordinal);
        long rows = 0;
        long pendingRows = 0;
        RowSum sum = default;
        RowSum pendingSum = default;
        bool hasSums = true;
        bool isDescribed = false;
        foreach (EpochLedger epoch in epochs)
        {
            if (Find(epoch, uid) is not { } sink)
            {
                continue;
            }

            findings.Epochs++;
            (long written, RowSum writtenSum) = Written(sink, ref hasSums);
            rows += written;
            sum += writtenSum;
            pendingRows += written;
            pendingSum += writtenSum;
            CompareArrival(findings, epoch, uid, written);
            if (isWhole && sink.TotalRows != rows)
            {
                findings.Add(epoch.Epoch, Text($"ledger says {sink.TotalRows} rows in all, its epochs hold {rows}"));
            }

            if (sink.Parts is null)
            {
                continue;
            }

            isDescribed = true;
            (long described, RowSum describedSum, bool hasPartSums) = Described(findings, epoch.Epoch, sink.Parts, names, parts);
            if (described != pendingRows)
            {
                findings.Add(
                    epoch.Epoch, Text($"{pendingRows} rows reached the writers, {described} were committed"));
            }
            else if (hasSums && hasPartSums && describedSum != pendingSum)
            {
                findings.Add(epoch.Epoch, "rows committed are not those that reached the writers: checksums differ");
            }

            pendingRows = 0;
            pendingSum = default;
        }

        findings.Rows = rows;
        findings.Sum = hasSums ? sum.ToString() : null;
        findings.Ok = isDescribed ? "ok" : "ok as far as the writers; the sink does not say what it committed";
        return findings.ToLine();
    }

    private static SinkLedger? Find(EpochLedger epoch, string uid)
    {
        foreach (SinkLedger sink in epoch.Sinks)
        {
            if (sink.Uid == uid)
            {
                return sink;
            }
        }

        return null;
    }

    private static (long Rows, RowSum Sum) Written(SinkLedger sink, ref bool hasSums)
    {
        long rows = 0;
        RowSum sum = default;
        foreach (KindLedger kind in sink.Written)
        {
            rows += kind.Rows;
            hasSums &= kind.Sum is not null;
            sum += RowSum.TryParse(kind.Sum, out RowSum kindSum) ? kindSum : default;
        }

        return (rows, sum);
    }

    private static void CompareArrival(Findings findings, EpochLedger epoch, string uid, long written)
    {
        foreach (NodeLedger node in epoch.Nodes)
        {
            if (node.Uid == uid && node.RowsIn != written)
            {
                findings.Add(epoch.Epoch, Text($"{node.RowsIn} rows came to the sink, {written} reached its writers"));
            }
        }
    }

    private static (long Rows, RowSum Sum, bool HasSums) Described(
        Findings findings, long epoch, IReadOnlyList<SinkPart> described, HashSet<string> names,
        List<(long Epoch, SinkPart Part)> parts)
    {
        long rows = 0;
        RowSum sum = default;
        bool hasSums = true;
        foreach (SinkPart part in described)
        {
            rows += part.Rows;
            hasSums &= part.Sum is not null;
            sum += RowSum.TryParse(part.Sum, out RowSum partSum) ? partSum : default;
            parts.Add((epoch, part));
            if (!names.Add(part.Name))
            {
                findings.Add(epoch, $"part was committed before: {part.Name}");
            }
        }

        return (rows, sum, hasSums);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
