using System;
using System.Collections.Generic;
using ColumnStream.Engine.Plan;
using ColumnStream.Runtime.Jobs;

namespace ColumnStream.Server.Introspection;

/// <summary>Knows the jobs that this process started: all that run, and the newest that ended with their last numbers. Thread-safe.</summary>
internal sealed class JobDirectory(TimeProvider time)
{
    private const int MostJobs = 1000;
    private const int MostErrors = 1000;
    private readonly object _lock = new();
    private readonly List<JobEntry> _jobs = [];
    private readonly Queue<JobError> _errors = new();
    private long _next;

    /// <summary>Adds a job that starts; to be called before its first turn, so that it finds itself. Returns its number.</summary>
    public long Add(RunningJob job, JobGraph graph, string summary, IReadOnlyDictionary<int, string> stateBounds)
    {
        lock (_lock)
        {
            _jobs.Add(new JobEntry(
                ++_next, job, graph, summary, stateBounds, time.GetUtcNow().ToUnixTimeMilliseconds()));
            if (_jobs.Count > MostJobs && _jobs.FindIndex(static entry => entry.Final is not null) is >= 0 and int oldest)
            {
                _jobs.RemoveAt(oldest);
            }

            return _next;
        }
    }

    /// <summary>Keeps the last numbers of a job that ended, and why it failed.</summary>
    public void End(RunningJob job)
    {
        foreach (JobEntry entry in Jobs())
        {
            if (ReferenceEquals(entry.Job, job) && entry.Final is null)
            {
                entry.EndedMs = time.GetUtcNow().ToUnixTimeMilliseconds();
                entry.Final = job.Metrics();
                job.Release();
                if (job.Failure is { } failure)
                {
                    int code = failure is Engine.Errors.ColumnStreamException known ? known.Code : 9000;
                    AddError(job.JobId, "error", code, failure.Message);
                }
            }
        }
    }

    /// <summary>Adds an error or a warning of a job.</summary>
    public void AddError(string jobId, string severity, int? code, string message)
    {
        var error = new JobError(time.GetUtcNow().ToUnixTimeMilliseconds(), jobId, severity, code, message);
        lock (_lock)
        {
            _errors.Enqueue(error);
            while (_errors.Count > MostErrors)
            {
                _errors.Dequeue();
            }
        }
    }

    /// <summary>Returns the jobs in the order in which they started.</summary>
    public IReadOnlyList<JobEntry> Jobs()
    {
        lock (_lock)
        {
            return [.. _jobs];
        }
    }

    /// <summary>Returns errors and warnings in the order in which they came.</summary>
    public IReadOnlyList<JobError> Errors()
    {
        lock (_lock)
        {
            return [.. _errors];
        }
    }
}
