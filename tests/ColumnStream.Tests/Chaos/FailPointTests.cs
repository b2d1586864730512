using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using ColumnStream.Runtime.Checkpoints;
using ColumnStream.Testing.Chaos;
using Xunit;

namespace ColumnStream.Tests.Chaos;

/// <summary>
/// Goal: no step of the checkpoint protocol is without a point where tests can kill a process. Method: the steps of the
/// protocol's table of failures stand here with their points; a real job passes all of them.
/// </summary>
public sealed class FailPointTests
{
    /// <summary>What a process may have done last, in the order of the protocol, and the points that stand behind it.</summary>
    private static readonly (string Step, string[] Points)[] s_steps =
    [
        ("folder taken, nothing restored", [FailPoint.AfterGeneration]),
        ("restored claim committed by some sinks", [FailPoint.MidRestoreCommit]),
        ("restored claim committed by all sinks, leftovers not removed", [FailPoint.AfterRestore]),
        ("barriers sent", [FailPoint.AfterTrigger]),
        ("output prepared", [FailPoint.AfterPrepare]),
        ("some tasks' state durable", [FailPoint.AfterUpload]),
        ("all tasks answered, no manifest", [FailPoint.AfterAcknowledgements]),
        ("manifest durable, no claim", [FailPoint.AfterManifest, FailPoint.BeforeClaim]),
        ("claimed, no sink committed", [FailPoint.MidClaim, FailPoint.AfterClaim]),
        ("some sinks committed", [FailPoint.MidCommit]),
        ("all sinks committed, no marker", [FailPoint.AfterCommit]),
        ("marker durable", [FailPoint.AfterMarker]),
        ("floor durable, nothing deleted", [FailPoint.AfterFloor]),
        ("some objects deleted", [FailPoint.MidCleanup]),
        ("end recorded", [FailPoint.AfterTerminal]),
        ("some files of a savepoint copied", [FailPoint.MidSavepoint]),
        ("a savepoint's state durable, no manifest", [FailPoint.AfterSavepointCopy]),
        ("a savepoint's manifest durable, no record", [FailPoint.AfterSavepointManifest]),
        ("a savepoint restorable, nobody told", [FailPoint.AfterSavepoint]),
    ];

    [Fact]
    public void Every_step_of_the_protocol_has_its_points()
    {
        string[] constants =
        [
            .. typeof(FailPoint).GetFields(BindingFlags.Public | BindingFlags.Static).Where(f => f.IsLiteral)
                .Select(f => (string)f.GetRawConstantValue()!),
        ];
        Assert.Equal(constants, FailPoint.All.Concat(FailPoint.OfSavepoints));
        Assert.Equal(constants, s_steps.SelectMany(s => s.Points));
    }

    [Fact]
    public void A_real_job_that_is_killed_once_passes_every_point()
    {
        using var job = new ChaosJob(JobShapes.TwoSinks);
        string path = Path.Combine(job.Folder, "points.log");
        var killed = new Dictionary<string, string>
        {
            ["COLUMNSTREAM_FAILPOINT"] = $"{FailPoint.AfterClaim}:kill:2", ["COLUMNSTREAM_FAILPOINT_LOG"] = path,
        };
        Assert.NotEqual(0, ServerProcess.Run(job.Folder, ChaosJob.Arguments("--quiet"), killed).ExitCode);
        var log = new ProtocolLog(path);
        (int code, string text) = ServerProcess.Run(job.Folder, ChaosJob.Arguments("--quiet"), log.Environment(sleepMs: 0));
        Assert.True(code == 0, text);
        Assert.Empty(FailPoint.All.Except(log.Points));
        Assert.Empty(log.Points.Except(FailPoint.All));
    }
}
