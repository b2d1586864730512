using System;
using System.Collections.Generic;
using System.Globalization;
using ColumnStream.Compute.Kernels.Hash;

namespace ColumnStream.Runtime.Ledger;

/// <summary>Follows each split of each source over all epochs: it must go on where it ended, whoever reads it.</summary>
internal sealed class SourceCheck(string uid, string table, bool isWhole)
{
    private readonly Findings _findings = new("source", table[(table.LastIndexOf('.') + 1)..]);
    private readonly Dictionary<string, string> _positions = new(StringComparer.Ordinal);
    private long _rows;
    private long _skipped;
    private RowSum _sum;
    private bool _hasSums = true;
    private bool _isFirst = true;

    /// <summary>Compares all sources; a line each.</summary>
    public static List<IntegrityLine> Run(IReadOnlyList<EpochLedger> epochs, bool isWhole)
    {
        var checks = new List<SourceCheck>();
        var known = new Dictionary<string, SourceCheck>(StringComparer.Ordinal);
        foreach (EpochLedger epoch in epochs)
        {
            foreach (SourceLedger source in epoch.Sources)
            {
                if (!known.TryGetValue(source.Uid, out SourceCheck? check))
                {
                    known[source.Uid] = check = new SourceCheck(source.Uid, source.Table, isWhole);
                    checks.Add(check);
                }

                check.Add(epoch, source);
            }
        }

        return checks.ConvertAll(static check => check.ToLine());
    }

    private void Add(EpochLedger epoch, SourceLedger source)
    {
        _findings.Epochs++;
        long skipped = Skipped(epoch);
        _skipped += skipped;
        long read = 0;
        long expected = 0;
        bool isExpected = source.Splits.Count > 0;
        var present = new HashSet<string>(StringComparer.Ordinal);
        foreach (SplitLedger split in source.Splits)
        {
            present.Add(split.Split);
            Follow(epoch.Epoch, split);
            read += split.Rows;
            expected += split.Expected ?? 0;
            isExpected &= split.Expected is not null;
            _hasSums &= split.Sum is not null || split.To is null;
            _sum += RowSum.TryParse(split.Sum, out RowSum sum) ? sum : default;
        }

        _rows += read;
        if (isExpected && expected != read + skipped)
        {
            _findings.Add(
                epoch.Epoch, string.Create(
                    CultureInfo.InvariantCulture,
                    $"positions span {expected} rows, but {read} were read and {skipped} skipped"));
        }

        foreach (NodeLedger node in epoch.Nodes)
        {
            if (node.Uid == uid && node.RowsOut != read)
            {
                _findings.Add(
                    epoch.Epoch, string.Create(
                        CultureInfo.InvariantCulture, $"reader gave {read} rows, but {node.RowsOut} went on"));
            }
        }

        if (epoch.IsFirst && !source.MayForget)
        {
            foreach (string split in _positions.Keys)
            {
                if (!present.Contains(split))
                {
                    _findings.Add(epoch.Epoch, $"split {split}, read up to {_positions[split]}, was not taken up again");
                }
            }
        }

        _isFirst = false;
    }

    private void Follow(long epoch, SplitLedger split)
    {
        bool isKnown = _positions.TryGetValue(split.Split, out string? last);
        if (isKnown && split.From != last)
        {
            _findings.Add(epoch, $"split {split.Split} {Gap(last!, split.From)}");
        }
        else if (!isKnown && split.From is not null && split.To is not null && !(_isFirst && !isWhole))
        {
            _findings.Add(epoch, $"split {split.Split} begins at {split.From} and was not read before");
        }

        if (split.To is null)
        {
            _positions.Remove(split.Split);
        }
        else
        {
            _positions[split.Split] = split.To;
        }
    }

    private static string Gap(string last, string? from)
    {
        string deed = from is null ? "was read again from its beginning"
            : long.TryParse(last, out long end) && long.TryParse(from, out long begin)
                ? begin > end ? "was read with a gap" : "was read twice in part"
            : "does not go on where it ended";
        return $"{deed}: it ended at {last} and went on at {from ?? "the beginning"}";
    }

    private long Skipped(EpochLedger epoch)
    {
        foreach (NodeLedger node in epoch.Nodes)
        {
            if (node.Uid == uid && node.Dropped is not null)
            {
                return node.Dropped.GetValueOrDefault("parseErrors") + node.Dropped.GetValueOrDefault("droppedNulls");
            }
        }

        return 0;
    }

    private IntegrityLine ToLine()
    {
        _findings.Rows = _rows;
        _findings.Sum = _hasSums ? _sum.ToString() : null;
        if (_skipped > 0)
        {
            _findings.Ok = string.Create(CultureInfo.InvariantCulture, $"ok, {_skipped} records skipped on purpose");
        }

        return _findings.ToLine();
    }
}
