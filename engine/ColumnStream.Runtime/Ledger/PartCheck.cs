using System;
using System.Collections.Generic;
using System.Globalization;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Integrity;

namespace ColumnStream.Runtime.Ledger;

/// <summary>Compares what a reader of a sink's table sees with the parts that the ledger names.</summary>
internal static class PartCheck
{
    public static IntegrityLine Run(
        string table,
        (SinkAudit? Audit, string? Why) sink,
        IReadOnlyList<VisiblePart>? visible,
        IReadOnlyList<(long Epoch, SinkPart Part)> parts,
        IReadOnlyList<EpochLedger> epochs,
        bool isWhole,
        Func<long, bool> isCommitted)
    {
        var findings = new Findings("parts", table);
        if (sink.Audit is not { } audit || visible is null)
        {
            if (sink.Why is not null)
            {
                findings.Add(null, $"cannot be read back: {sink.Why}");
            }

            findings.Ok = "not read back: the sink has no parts that can be listed";
            return findings.ToLine();
        }

        var seen = new Dictionary<string, VisiblePart>(StringComparer.Ordinal);
        foreach (VisiblePart part in visible)
        {
            seen[part.Name] = part;
        }

        var counted = new HashSet<long>();
        bool hasRows = true;
        long rows = 0;
        foreach ((long epoch, SinkPart part) in parts)
        {
            counted.Add(epoch);
            if (!seen.Remove(part.Name) && !IsThere(audit, part.Name))
            {
                bool mayCome = epoch == epochs[^1].Epoch && !isCommitted(epoch);
                if (!mayCome)
                {
                    findings.Add(epoch, Text($"part is missing: {part.Name}, {part.Rows} rows"));
                }

                continue;
            }

            Compare(findings, epoch, audit, part, ref rows, ref hasRows);
        }

        int foreign = CompareOthers(findings, audit, seen.Values, parts, isWhole);
        findings.Epochs = counted.Count;
        findings.Rows = hasRows ? rows : null;
        findings.Ok = Text($"ok, {parts.Count} parts read back")
            + (hasRows ? string.Empty : ", bytes only")
            + (foreign == 0 ? string.Empty : Text($", {foreign} files of others beside them"));
        return findings.ToLine();
    }

    private static void Compare(
        Findings findings, long epoch, SinkAudit audit, SinkPart part, ref long rows, ref bool hasRows)
    {
        PartContent content;
        try
        {
            content = audit.Read(part.Name, part.Sum is not null);
        }
        catch (ExternalException failure)
        {
            findings.Add(epoch, failure.Message);
            return;
        }

        rows += content.Rows ?? 0;
        hasRows &= content.Rows is not null;
        if (content.Bytes != part.Bytes)
        {
            findings.Add(epoch, Text($"part has {content.Bytes} bytes, {part.Bytes} were committed: {part.Name}"));
        }
        else if (part.Checksum is not null && content.Checksum != part.Checksum)
        {
            findings.Add(epoch, $"part was changed, its bytes have another checksum: {part.Name}");
        }
        else if (content.Error is not null)
        {
            findings.Add(epoch, $"part cannot be read: {part.Name}. {content.Error}");
        }
        else if (content.Rows is { } found && found != part.Rows)
        {
            findings.Add(epoch, Text($"part has {found} rows, {part.Rows} were committed: {part.Name}"));
        }
        else if (content.Sum is not null && part.Sum is not null && content.Sum != part.Sum)
        {
            findings.Add(epoch, $"rows read back are not those written, checksums differ: {part.Name}");
        }
    }

    /// <summary>Judges what no epoch names: own names and copies are wrong, files of others are counted.</summary>
    private static int CompareOthers(
        Findings findings, SinkAudit audit, IEnumerable<VisiblePart> others,
        IReadOnlyList<(long Epoch, SinkPart Part)> parts, bool isWhole)
    {
        int foreign = 0;
        foreach (VisiblePart other in others)
        {
            if (CopyOf(audit, other, parts) is { } copied)
            {
                findings.Add(copied.Epoch, $"part is there twice: {other.Name} is a copy of {copied.Part.Name}");
            }
            else if (audit.IsOwn(other.Name) && isWhole)
            {
                findings.Add(null, $"part is in no epoch: {other.Name}");
            }
            else
            {
                foreign++;
            }
        }

        return foreign;
    }

    private static (long Epoch, SinkPart Part)? CopyOf(
        SinkAudit audit, VisiblePart other, IReadOnlyList<(long Epoch, SinkPart Part)> parts)
    {
        string? checksum = null;
        foreach ((long epoch, SinkPart part) in parts)
        {
            if (part.Bytes != other.Bytes || part.Checksum is null)
            {
                continue;
            }

            try
            {
                checksum ??= audit.Read(other.Name, sums: false).Checksum;
            }
            catch (ExternalException)
            {
                return null; // Gone or unreadable meanwhile, and nobody's part.
            }

            if (checksum == part.Checksum)
            {
                return (epoch, part);
            }
        }

        return null;
    }

    /// <summary>Looks once more: the part may have come after the listing.</summary>
    private static bool IsThere(SinkAudit audit, string name)
    {
        foreach (VisiblePart part in audit.List())
        {
            if (part.Name == name)
            {
                return true;
            }
        }

        return false;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
