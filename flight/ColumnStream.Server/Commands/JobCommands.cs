using System;
using System.Collections.Generic;
using System.Globalization;
using ColumnStream.Engine.Errors;
using ColumnStream.Planner.Statements;
using ColumnStream.Server.Control;
using ColumnStream.Server.Results;

namespace ColumnStream.Server.Commands;

/// <summary>Does to running jobs of other processes what commands and statements ask for, and says how it went.</summary>
internal static class JobCommands
{
    /// <summary>Runs a command; a known error is printed and becomes an exit code.</summary>
    public static int Guarded(Func<int> command)
    {
        try
        {
            return command();
        }
        catch (ColumnStreamException error)
        {
            Console.Error.WriteLine($"error CST{error.Code:D4}: {error.Message}");
            return error is UserException ? ExitCode.Usage : ExitCode.Failed;
        }
    }

    /// <summary>Lists the running jobs.</summary>
    public static int List()
    {
        var rows = new List<IReadOnlyList<string>>();
        foreach (ControlJob job in ControlClient.Jobs())
        {
            DateTimeOffset started = DateTimeOffset.FromUnixTimeMilliseconds(job.StartedMs);
            rows.Add(
            [
                job.Name, job.Statement, job.Process.ToString(CultureInfo.InvariantCulture),
                started.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
                job.LastEpoch.ToString(CultureInfo.InvariantCulture), job.Checkpoints ?? "",
            ]);
        }

        TextTable.Print(
            Console.Out, ["job", "statement", "process", "started (UTC)", "checkpoint", "checkpoints in"], rows,
            [false, false, true, false, true, false]);
        return ExitCode.Done;
    }

    /// <summary>Takes a savepoint of a job that goes on.</summary>
    public static int Save(string nameOrFolder, string? folder, bool isQuiet) =>
        Save(nameOrFolder, folder, "savepoint", drain: false, isQuiet);

    /// <summary>Stops a job behind a savepoint.</summary>
    public static int Stop(string nameOrFolder, string? folder, bool drain, bool isQuiet) =>
        Save(nameOrFolder, folder, "stop", drain, isQuiet);

    /// <summary>Stops a job behind its last checkpoint.</summary>
    public static int Cancel(string nameOrFolder, bool isQuiet)
    {
        ControlJob job = ControlClient.Find(nameOrFolder);
        ControlReply reply = ControlClient.Ask(job, new ControlRequest(ControlRequest.CurrentVersion, "cancel", job.Number));
        if (!isQuiet)
        {
            Console.Error.WriteLine($"{job.Name}: {Ended(reply)}.");
        }

        return reply.Status == "FAILED" ? ExitCode.Failed : ExitCode.Done;
    }

    /// <summary>Runs STOP JOB.</summary>
    public static int Stop(PlannedStop stop, bool isQuiet) => stop.WithSavepoint
        ? Stop(stop.Job, stop.SavepointFolder, stop.WithDrain, isQuiet)
        : Cancel(stop.Job, isQuiet);

    private static int Save(string nameOrFolder, string? folder, string verb, bool drain, bool isQuiet)
    {
        string? absolute = folder is null ? null : ControlClient.Absolute(folder);
        ControlJob job = ControlClient.Find(nameOrFolder);
        bool isLive = !isQuiet && !Console.IsErrorRedirected;
        string said = "";
        ControlReply reply;
        try
        {
            reply = ControlClient.Ask(
                job, new ControlRequest(ControlRequest.CurrentVersion, verb, job.Number, absolute, drain), progress =>
                {
                    string text = Describe(job, progress);
                    if (progress.Phase == "done")
                    {
                        return;
                    }

                    if (isLive)
                    {
                        Console.Error.Write($"\r\u001b[K{text}");
                    }
                    else if (!isQuiet && progress.Phase != said)
                    {
                        Console.Error.WriteLine(text);
                    }

                    said = progress.Phase ?? "";
                });
        }
        finally
        {
            if (isLive && said.Length > 0)
            {
                Console.Error.Write("\r\u001b[K");
            }
        }

        if (!isQuiet)
        {
            string ended = verb == "stop" ? $"; the job {Ended(reply)}" : "";
            Console.Error.WriteLine($"{job.Name}: savepoint of epoch {reply.Epoch}, {Size(reply.Bytes)}{ended}.");
        }

        // The address alone stands on standard output, for scripts.
        Console.Out.WriteLine(reply.Address);
        return ExitCode.Done;
    }

    private static string Describe(ControlJob job, ControlReply progress) => progress.Phase switch
    {
        "copying" => $"{job.Name}: epoch {progress.Epoch} is being written, {Size(progress.Bytes)} of {Size(progress.TotalBytes)}",
        "snapshotting" => $"{job.Name}: epoch {progress.Epoch} is being taken",
        "waiting" => $"{job.Name}: waits for its turn",
        _ => $"{job.Name}: {progress.Phase}",
    };

    private static string Ended(ControlReply reply) => reply.Status switch
    {
        "CANCELLED" => "has stopped",
        "FINISHED" => "has come to its end",
        "FAILED" => "has failed",
        _ => reply.Status?.ToLowerInvariant() ?? "has ended",
    };

    /// <summary>Prints a number of bytes for people.</summary>
    public static string Size(long bytes) => bytes switch
    {
        < 10_000 => FormattableString.Invariant($"{bytes} bytes"),
        < 10_000_000 => FormattableString.Invariant($"{bytes / 1024.0:N1} KiB"),
        < 10_000_000_000 => FormattableString.Invariant($"{bytes / 1048576.0:N1} MiB"),
        _ => FormattableString.Invariant($"{bytes / 1073741824.0:N1} GiB"),
    };
}
