using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using ColumnStream.Server.Composition;
using ColumnStream.Testing.Oss;

namespace ColumnStream.Testing.Chaos;

/// <summary>Says where the checkpoints of a real process lie: what stands on its command line and in its environment.</summary>
public sealed class JobStore
{
    private readonly Func<ChaosJob, IEnumerable<string>> _options;
    private readonly Func<ChaosJob, string>? _lockAddress;

    private JobStore(
        Func<ChaosJob, IEnumerable<string>> options, IReadOnlyDictionary<string, string> environment,
        Func<ChaosJob, string>? lockAddress = null)
    {
        _options = options;
        _lockAddress = lockAddress;
        Environment = environment;
    }

    /// <summary>Gets the store of a process that is told nothing: a folder beside the job.</summary>
    public static JobStore Folder { get; } = new(static _ => [], new Dictionary<string, string>());

    public IReadOnlyDictionary<string, string> Environment { get; }

    /// <summary>Makes the store of a bucket, a folder in it for each job; its keys stand in the environment.</summary>
    public static JobStore Bucket(OssEmulator emulator) => new(
        job =>
        [
            $"state.checkpoints.dir={AddressOf(job)}", $"fs.oss.endpoint={emulator.Endpoint}",
            $"fs.oss.region={OssEmulator.Region}", "fs.oss.multipart.upload.size=100 kb",
        ],
        new Dictionary<string, string>
        {
            ["OSS_ACCESS_KEY_ID"] = "LTAItestAccessKeyId0", ["OSS_ACCESS_KEY_SECRET"] = "testAccessKeySecret000000000000",
        },
        AddressOf);

    /// <summary>Returns the address that a job's checkpoints have in a bucket.</summary>
    public static string AddressOf(ChaosJob job) => $"oss://{OssEmulator.BucketName}/{Path.GetFileName(job.Folder)}";

    /// <summary>Returns the arguments of a run that goes on where the last one stopped.</summary>
    public string[] Arguments(ChaosJob job, params string[] more) =>
        ChaosJob.Arguments([.. _options(job).SelectMany(o => new[] { "-D", o }), .. more]);

    /// <summary>Removes the lock of a job's folder, as an administrator may who believes that its process is gone.</summary>
    public void BreakLock(ChaosJob job) => File.Delete(Path.Combine(
        _lockAddress is null ? job.Checkpoints : ObjectStoreTable.LockFolderOf($"{_lockAddress(job)}/job"), ".lock"));

    /// <summary>Adds the store's environment to another.</summary>
    public IReadOnlyDictionary<string, string> With(IReadOnlyDictionary<string, string> other) =>
        new Dictionary<string, string>(Environment.Concat(other));
}
