using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Integrity;
using ColumnStream.Engine.Options;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.Sinks;
using ColumnStream.Engine.Storage;
using ColumnStream.Runtime.Ledger;
using ColumnStream.Server.Composition;

namespace ColumnStream.Server.Session;

/// <summary>Compares a job's ledger and prints the outcome: for SHOW INTEGRITY and <c>columnstream integrity</c>.</summary>
internal sealed class IntegrityView(NodeBuilder node)
{
    /// <summary>Gets the columns.</summary>
    public static ValueList<string> Columns { get; } = ["check", "object", "epochs", "rows", "checksum", "result"];

    /// <summary>Gives one row a comparison, the job's first; tells whether all is well.</summary>
    /// <param name="option">Answers the value of an option, or null.</param>
    /// <param name="job">A job's name below the checkpoint folder, or the address of its own folder.</param>
    /// <exception cref="ColumnStreamException">There is nothing to compare, or the newest checkpoint cannot be read.</exception>
    public (ValueList<ValueList<string>> Rows, bool IsOk) Compare(Func<string, string?> option, string job)
    {
        string address = job.Contains('/', StringComparison.Ordinal)
            ? job
            : ObjectStoreTable.Below(option(OptionTable.CheckpointFolder)!, job);
        if (ObjectStoreTable.FolderOf(address) is { } folder && !Directory.Exists(folder))
        {
            throw new UserException(3150, $"Job has no checkpoints: '{job}', there is no folder {folder}.");
        }

        using var memory = new SizeClassPool(idleLimitBytes: 0);
        using var allocator = new BufferAllocator("integrity", memory);
        IObjectStore store = node.Stores.Open(address, option);
        IntegrityReport report = new IntegrityCheck(store, (table, uid, life) => Open(table, uid, life, allocator, option)).Run();
        var rows = new List<ValueList<string>> { Summary(report) };
        foreach (IntegrityLine line in report.Lines)
        {
            rows.Add([
                line.Check, line.Name, Number(line.Epochs), line.Rows is { } count ? Number(count) : string.Empty,
                line.Sum ?? string.Empty, line.Result,
            ]);
        }

        return (ValueList.From(rows), report.IsOk);
    }

    private static ValueList<string> Summary(IntegrityReport report) =>
    [
        "job", report.JobId, Number(report.Lines[0].Epochs), string.Empty, string.Empty,
        report.First is { } first ? $"{first.Check} {first.Name}: {first.Result}" : "ok",
    ];

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    private SinkAudit? Open(
        TableSpec table, string uid, string life, BufferAllocator allocator, Func<string, string?> option) =>
        node.Connectors.Find(table.Connector)?.CreateAudit(new SinkContext(
            table, ChangelogMode.InsertOnly, allocator, TimeProvider.System, life, uid, Subtask: 0, Parallelism: 1,
            IsBatch: false)
        {
            OpenBucket = address => node.Stores.OpenBucket(address, option),
        });
}
