using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Storage;

namespace ColumnStream.Server.Catalogs;

/// <summary>Keeps records of INSERT jobs: <c>jobs/NAME/000002.json</c>, the newest of a name holds.</summary>
/// <param name="store">Where the objects lie.</param>
internal sealed class JobStore(IObjectStore store)
{
    private const string Folder = "jobs/";

    /// <summary>Takes a name for a job; false when one has it or had it.</summary>
    public bool TryClaim(string name) => store.TryCreate($"{Folder}{name}/name", "1"u8);

    /// <summary>Writes a record behind those of its name.</summary>
    /// <exception cref="ExternalException">The store failed, or somebody else writes the same job.</exception>
    public void Put(JobRecord record)
    {
        long version = Records(record.Name).Count + 1;
        string name = string.Create(CultureInfo.InvariantCulture, $"{Folder}{record.Name}/{version:D6}.json");
        if (!SealedJson.TryCreate(store, name, record, StoreJson.Default.JobRecord))
        {
            throw new ExternalException(5010, $"Another process writes the record of job {record.Name}.", retryable: false);
        }
    }

    /// <summary>Records how a job ended.</summary>
    public void End(string name, string status, string? failure)
    {
        if (Find(name) is { } record && record.Status != status)
        {
            Put(record with { Status = status, Failure = failure });
        }
    }

    /// <summary>Finds the newest record of a job, or null.</summary>
    public JobRecord? Find(string name) =>
        Records(name) is [.., var newest] ? SealedJson.Read(store, newest, StoreJson.Default.JobRecord) : null;

    /// <summary>Returns the jobs that have not ended, by name.</summary>
    public IReadOnlyList<JobRecord> Unfinished() =>
    [
        .. store.List(Folder).Select(static name => name.Split('/')[1]).Distinct()
            .Select(Find).OfType<JobRecord>().Where(static record => record.Status == "RUNNING"),
    ];

    private List<string> Records(string name) =>
    [
        .. store.List($"{Folder}{name}/").Where(static file => file.EndsWith(".json", StringComparison.Ordinal)),
    ];
}
