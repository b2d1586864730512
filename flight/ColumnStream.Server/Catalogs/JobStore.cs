using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Storage;

namespace ColumnStream.Server.Catalogs;

/// <summary>Keeps records of INSERT jobs: <c>jobs/NAME/000002.json</c>, the newest of a name holds. Thread-safe.</summary>
/// <remarks>Jobs that ended are forgotten, the oldest first, where there are too many or they ended long ago; their names are free then.</remarks>
/// <param name="store">Where the objects lie.</param>
/// <param name="most">The ended jobs that are remembered.</param>
/// <param name="age">How long they are.</param>
/// <param name="time">The clock.</param>
internal sealed class JobStore(IObjectStore store, int most, TimeSpan age, TimeProvider time)
{
    private const string Folder = "jobs/";
    private readonly Lock _gate = new();
    private readonly Queue<(string Name, long EndedMs)> _ended = new();

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

    /// <summary>Writes a newer record of a job where it has not ended, and where something changes.</summary>
    /// <exception cref="ExternalException">The store failed, or another process writes the same job.</exception>
    public void Change(string name, Func<JobRecord, JobRecord> change)
    {
        // A job may end while it is still being started: its end holds, whichever comes first.
        lock (_gate)
        {
            if (Find(name) is { Status: "RUNNING" } record)
            {
                JobRecord changed = change(record);
                if (changed != record)
                {
                    Put(changed);
                }
            }
        }
    }

    /// <summary>Records how a job ended, and forgets those that ended too long ago.</summary>
    /// <exception cref="ExternalException">The store failed, or another process writes the same job.</exception>
    public void End(string name, string status, string? failure)
    {
        long now = time.GetUtcNow().ToUnixTimeMilliseconds();
        lock (_gate)
        {
            if (Find(name) is not { Status: "RUNNING" } record)
            {
                return;
            }

            Put(record with { Status = status, Failure = failure, EndedMs = now });
            _ended.Enqueue((name, now));
        }

        ForgetOld();
    }

    /// <summary>Finds the newest record of a job, or null.</summary>
    public JobRecord? Find(string name) =>
        Records(name) is [.., var newest] ? SealedJson.Read(store, newest, StoreJson.Default.JobRecord) : null;

    /// <summary>Returns the jobs that have not ended, by name; for the start of a process, when no other job is recorded.</summary>
    /// <param name="onDamage">Is told of a job whose record cannot be read, which stays as it is.</param>
    public IReadOnlyList<JobRecord> Unfinished(Action<string, ExternalException> onDamage)
    {
        List<JobRecord> running = [];
        List<(string Name, long EndedMs)> ended = [];
        foreach (string name in store.List(Folder).Select(static name => name.Split('/')[1]).Distinct())
        {
            JobRecord? record;
            try
            {
                record = Find(name);
            }
            catch (ExternalException failure) when (failure.Code == 5061)
            {
                onDamage(name, failure);
                continue;
            }

            if (record is { Status: "RUNNING" })
            {
                running.Add(record);
            }
            else
            {
                // A name without a record is what a process left that died while it forgot the job, or before it recorded it.
                ended.Add((name, record?.EndedMs ?? 0));
            }
        }

        lock (_gate)
        {
            foreach ((string Name, long EndedMs) job in ended.OrderBy(static job => job.EndedMs))
            {
                _ended.Enqueue(job);
            }
        }

        ForgetOld();
        return running;
    }

    private void ForgetOld()
    {
        long oldest = (time.GetUtcNow() - age).ToUnixTimeMilliseconds();
        while (true)
        {
            string name;
            lock (_gate)
            {
                if (!_ended.TryPeek(out (string Name, long EndedMs) first) || (_ended.Count <= most && first.EndedMs >= oldest))
                {
                    return;
                }

                name = _ended.Dequeue().Name;
            }

            // The name goes last, so that no other job takes it while records of this one are there.
            store.Delete([.. Records(name)]);
            store.Delete($"{Folder}{name}/name");
        }
    }

    private List<string> Records(string name) =>
    [
        .. store.List($"{Folder}{name}/").Where(static file => file.EndsWith(".json", StringComparison.Ordinal)),
    ];
}
