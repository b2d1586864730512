using System.Collections.Generic;
using System.IO;
using ColumnStream.Runtime.Checkpoints;

namespace ColumnStream.Testing.Chaos;

/// <summary>Reads the protocol points that a program passed, which it writes before it acts.</summary>
public sealed class ProtocolLog(string path)
{
    /// <summary>Gets the environment that makes a program write here, and stay for a while between claim and visibility.</summary>
    public IReadOnlyDictionary<string, string> Environment(int sleepMs) =>
        Environment($"{FailPoint.AfterClaim}:sleep:{sleepMs};{FailPoint.MidCommit}:sleep:{sleepMs}");

    /// <summary>Gets the environment that makes a program write here and act as told: <c>after-claim:kill:3</c>.</summary>
    public IReadOnlyDictionary<string, string> Environment(string actions) => new Dictionary<string, string>
    {
        ["COLUMNSTREAM_FAILPOINT"] = actions, ["COLUMNSTREAM_FAILPOINT_LOG"] = path,
    };

    /// <summary>Gets the length in bytes, which is cheap to ask for.</summary>
    public long Length => File.Exists(path) ? new FileInfo(path).Length : 0;

    /// <summary>Gets the points passed so far.</summary>
    public string[] Points => File.Exists(path) ? File.ReadAllLines(path) : [];

    /// <summary>Gets whether the last point stands between an epoch's claim and its rows being visible in all sinks.</summary>
    public bool IsBetweenClaimAndVisibility => Points is [.., { } last] && FailPoint.IsBetweenClaimAndCommit(last);

    public void Clear() => File.Delete(path);
}
