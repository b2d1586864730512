using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Engine.Errors;
using ColumnStream.Server.Composition;

namespace ColumnStream.Server.Control;

/// <summary>Finds the running jobs of this user on this machine and asks their processes.</summary>
internal static class ControlClient
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(10);

    /// <summary>Lists the running jobs of all processes; sockets that nobody listens at are removed.</summary>
    public static IReadOnlyList<ControlJob> Jobs()
    {
        var jobs = new List<ControlJob>();
        foreach (string socket in ControlFolder.Sockets())
        {
            if (TryAsk(socket, new ControlRequest(ControlRequest.CurrentVersion, "jobs"), out ControlReply? reply))
            {
                jobs.AddRange(reply!.Jobs ?? []);
            }
        }

        return jobs;
    }

    /// <summary>Finds the job of a name, or whose checkpoints lie in a folder.</summary>
    /// <exception cref="UserException">There is none, or more than one.</exception>
    public static ControlJob Find(string nameOrFolder)
    {
        IReadOnlyList<ControlJob> jobs = Jobs();
        List<ControlJob> found = [.. jobs.Where(job => job.Name == nameOrFolder)];
        if (found.Count == 0)
        {
            string? folder = FolderOf(nameOrFolder);
            found = [.. jobs.Where(job => job.Checkpoints is { } address
                && (address == nameOrFolder || (folder is not null && FolderOf(address) == folder)))];
        }

        return found.Count switch
        {
            1 => found[0],
            0 => throw new UserException(
                3140,
                $"No running job has the name '{nameOrFolder}', nor checkpoints there. "
                    + (jobs.Count == 0 ? "No job runs." : $"Running: {string.Join(", ", jobs.Select(static j => j.Name))}.")),
            _ => throw new UserException(
                3140,
                $"Several running jobs have the name '{nameOrFolder}': name the folder of its checkpoints instead. "
                    + string.Join(", ", found.Select(static j => $"{j.Checkpoints ?? "no checkpoints"} (process {j.Process})"))
                    + "."),
        };
    }

    /// <summary>Asks a job's process; <paramref name="progress"/> receives what comes before the last line.</summary>
    /// <exception cref="ColumnStreamException">It was refused, failed, or the process went away.</exception>
    public static ControlReply Ask(ControlJob job, ControlRequest request, Action<ControlReply>? progress = null)
    {
        string socket = Path.Combine(ControlFolder.Address, $"{job.Process}.sock");
        ControlReply? reply;
        try
        {
            reply = AskAsync(socket, request, progress, limit: null).GetAwaiter().GetResult();
        }
        catch (Exception failure) when (failure is IOException or SocketException or InvalidDataException)
        {
            throw new ExternalException(
                5041, $"Process {job.Process} of job {job.Name} cannot be reached: {failure.Message}", false, failure);
        }

        return reply ?? throw new ExternalException(
            5041, $"Process {job.Process} of job {job.Name} ended before it answered; what was asked may be half done.", false);
    }

    /// <summary>Returns an address as another process finds it.</summary>
    public static string Absolute(string address) =>
        ObjectStoreTable.FolderOf(address) is { } folder ? Path.GetFullPath(folder) : address;

    private static string? FolderOf(string address)
    {
        try
        {
            return ObjectStoreTable.FolderOf(address) is { Length: > 0 } folder
                ? Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))
                : null;
        }
        catch (UserException)
        {
            return null;
        }
    }

    private static bool TryAsk(string socket, ControlRequest request, out ControlReply? reply)
    {
        reply = null;
        try
        {
            reply = AskAsync(socket, request, null, s_limit).GetAwaiter().GetResult();
        }
        catch (SocketException failure) when (failure.SocketErrorCode == SocketError.ConnectionRefused)
        {
            RemoveStale(socket);
        }
        catch (Exception failure) when (failure is IOException or SocketException or InvalidDataException
            or OperationCanceledException or ColumnStreamException)
        {
            // A process that is just ending, stopped, or of another version is not listed.
        }

        return reply?.Kind == ControlReply.Done;
    }

    private static void RemoveStale(string socket)
    {
        try
        {
            File.Delete(socket);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // It stays until somebody else removes it.
        }
    }

    private static async Task<ControlReply?> AskAsync(
        string path, ControlRequest request, Action<ControlReply>? progress, TimeSpan? limit)
    {
        using var cancellation = new CancellationTokenSource(limit ?? Timeout.InfiniteTimeSpan);
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation.Token);
        if (!ControlFolder.IsOwnUser(socket))
        {
            throw new ExternalException(5041, $"Another user listens at {path}.", retryable: false);
        }

        await using var stream = new NetworkStream(socket, ownsSocket: false);
        var channel = new LineChannel(stream);
        await channel.SendAsync(request, ControlJson.Default.ControlRequest, cancellation.Token);
        while (await channel.ReceiveAsync(ControlJson.Default.ControlReply, cancellation.Token) is { } reply)
        {
            if (reply.Kind == ControlReply.Error)
            {
                throw new ExternalException(reply.Code, reply.Message ?? "no reason was given", retryable: false);
            }

            if (reply.Kind == ControlReply.Done)
            {
                return reply;
            }

            progress?.Invoke(reply);
        }

        return null;
    }
}
