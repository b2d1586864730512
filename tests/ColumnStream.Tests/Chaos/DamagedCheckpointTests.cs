using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using ColumnStream.Arrow.Memory;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.State;
using ColumnStream.Engine.Storage;
using ColumnStream.Runtime.Checkpoints;
using ColumnStream.Runtime.Jobs;
using ColumnStream.Runtime.Tasks;
using ColumnStream.Testing.Chaos;
using ColumnStream.Testing.Jobs;
using ColumnStream.Testing.Simulation;
using Xunit;
using Xunit.Abstractions;

namespace ColumnStream.Tests.Chaos;

/// <summary>
/// Goal: a damaged checkpoint is an error that names what is damaged, or does not matter; it never gives another answer. Method: a job
/// is killed, every object of its checkpoints is deleted, cut and flipped at every few bytes and replaced by others, one at a time, and the
/// job is started again. <c>COLUMNSTREAM_DAMAGE_STEP=1</c> takes every byte.
/// </summary>
public sealed class DamagedCheckpointTests(ITestOutputHelper output)
{
    private const string Unknown = "another answer";

    [Theory]
    [InlineData(FailPoint.AfterClaim, 4)]
    [InlineData(FailPoint.MidCommit, 9)]
    [InlineData(FailPoint.AfterMarker, 3)]
    [InlineData(FailPoint.AfterTerminal, 1)]
    public void Damage_is_an_error_by_name_or_does_not_matter(string point, int hit)
    {
        int seed = KillTests.Number("COLUMNSTREAM_SEED", 20261122);
        int step = KillTests.Number("COLUMNSTREAM_DAMAGE_STEP", 200);
        var random = new Random(seed);
        MemoryLog log = MemoryLog.Random(random, splits: 2, rowsPerSplit: 400, keys: 50);
        var store = new MemoryObjectStore(TimeProvider.System);
        var ledger = new MemoryLedger();
        Assert.Null(Run(log, ledger, store, out _, (point, hit)));
        Dictionary<string, byte[]> objects = Objects(store);
        var tally = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var wrong = new List<string>();
        foreach (KeyValuePair<string, byte[]> item in objects)
        {
            foreach (Damage damage in Damage.Of(item.Key, item.Value, objects, step, random))
            {
                var damaged = new MemoryObjectStore(TimeProvider.System);
                foreach ((string name, byte[] content) in objects)
                {
                    if (name != damage.Name || damage.Content is not null)
                    {
                        damaged.Overwrite(name, name == damage.Name ? damage.Content! : content);
                    }
                }

                string verdict = Judge(log, ledger.Copy(), damaged, damage);
                string key = $"{Damage.KindOf(damage.Name)} {damage.How.Split(' ')[0]}: {verdict.Split('\n')[0]}";
                tally[key] = tally.GetValueOrDefault(key) + 1;
                if (verdict.StartsWith(Unknown, StringComparison.Ordinal) && !IsBeyondHelp(point, damage, objects.Keys))
                {
                    wrong.Add($"{damage.Name} {damage.How}: {verdict}");
                }
            }
        }

        output.WriteLine($"{point}, {objects.Count} objects, {tally.Values.Sum()} damages\n"
            + string.Join("\n", tally.Select(t => $"{t.Value,6} {t.Key}")));
        Assert.True(wrong.Count == 0, $"seed {seed}, {point}: {wrong.Count} wrong\n{string.Join("\n", wrong.Take(12))}");
        Assert.Contains(tally, t => t.Key.Contains("error", StringComparison.Ordinal));
    }

    /// <summary>Tells whether nothing is left that knows of an epoch: its claim is gone, and its commit had not come to the marker.</summary>
    private static bool IsBeyondHelp(string point, Damage damage, IEnumerable<string> names) =>
        point == FailPoint.MidCommit && damage.Content is null
            && damage.Name == names.Where(n => n.StartsWith("claim/", StringComparison.Ordinal)).Max(StringComparer.Ordinal);

    /// <summary>Starts the job again: right, an error that names the object, or something that must not be.</summary>
    private static string Judge(MemoryLog log, MemoryLedger ledger, MemoryObjectStore store, Damage damage)
    {
        try
        {
            Exception? failure = Run(log, ledger, store, out bool isOver, null);
            if (failure is null)
            {
                string? difference = isOver ? MemoryJob.Difference(log, ledger) : "the job does not end";
                return difference is null ? "right" : $"{Unknown}\n{difference}";
            }

            return failure is ColumnStreamException { Code: not (>= 9000 and < 10000) } known
                && known.Message.Contains(damage.Name, StringComparison.Ordinal)
                ? $"error CST{known.Code}"
                : $"{Unknown}\n{failure}";
        }
        catch (Exception failure) when (failure is not SimulatedCrashException)
        {
            return failure is ColumnStreamException known && known.Message.Contains(damage.Name, StringComparison.Ordinal)
                ? $"error CST{known.Code}" : $"{Unknown}\n{failure}";
        }
    }

    /// <summary>Runs the job to its end, or until it dies at a point; returns why it failed.</summary>
    private static Exception? Run(
        MemoryLog log, MemoryLedger ledger, MemoryObjectStore store, out bool isOver, (string Point, int Hit)? death)
    {
        var executor = new SimExecutor(1, 0, longestQuantum: 8);
        using var pool = new SizeClassPool();
        var points = new Death(death);
        var runner = new JobRunner(
            executor, executor, new ConnectorRegistry([new MemoryConnector(log, ledger, pauses: false)]),
            new BufferAllocator("test", pool), new StatePool(), points);
        isOver = false;
        try
        {
            RunningJob job = runner.Start(MemoryJob.Graph(2, 2), new JobOptions("test")
            {
                Checkpoints = store,
                CheckpointInterval = TimeSpan.FromMicroseconds(40),
                MaxRows = 16,
                Nonce = death is null ? "second" : "first",
            });
            while (job.Status == JobStatus.Running && executor.Turns < 200_000 && executor.Step())
            {
            }

            isOver = job.Status is JobStatus.Finished or JobStatus.AlreadyFinished;
            Assert.True(death is null, $"The job passed {death?.Point} {points.Hits} times only, {job.Status}: {job.Failure}");
            return job.Failure;
        }
        catch (SimulatedCrashException)
        {
            return null;
        }
    }

    private static Dictionary<string, byte[]> Objects(MemoryObjectStore store) =>
        store.List("").ToDictionary(name => name, name =>
        {
            using Stream stream = store.OpenRead(name)!;
            using var content = new MemoryStream();
            stream.CopyTo(content);
            return content.ToArray();
        });

    private sealed class Death((string Point, int Hit)? death) : IFailPoints
    {
        public int Hits { get; private set; }

        public void Hit(string name)
        {
            if (name == death?.Point && ++Hits == death.Value.Hit)
            {
                throw new SimulatedCrashException(name);
            }
        }
    }
}
