using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Engine.Errors;
using ColumnStream.Runtime.Savepoints;

namespace ColumnStream.Server.Control;

/// <summary>Lets other processes of the same user see, stop and save the jobs of this one, over a socket of its own.</summary>
/// <remarks>
/// A request is one line, an answer several; a connection takes one request. What comes over a connection can end that connection
/// only: lines have a bound, waiting has one, and so have the connections.
/// </remarks>
internal sealed class ControlServer : IDisposable
{
    private const int MostConnections = 16;
    private static readonly TimeSpan s_requestLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_farewell = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(100);

    private readonly string _path;
    private readonly Socket _socket;
    private readonly CancellationTokenSource _closing = new();
    private readonly Lock _gate = new();
    private readonly List<ControlledJob> _jobs = [];
    private readonly HashSet<Task> _connections = [];
    private readonly Task _accepting;

    /// <summary>Listens at once.</summary>
    /// <exception cref="ColumnStreamException">It cannot.</exception>
    public ControlServer()
    {
        _path = ControlFolder.OwnSocket();
        _socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            // Whoever finds a socket at which nobody listens removes it, so that ours gets its name only once it listens.
            string bound = Path.Combine(Path.GetDirectoryName(_path)!, Path.GetRandomFileName());
            _socket.Bind(new UnixDomainSocketEndPoint(bound));
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(bound, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }

            _socket.Listen(MostConnections);

            // A process that had our number before is dead.
            File.Move(bound, _path, overwrite: true);
        }
        catch (Exception failure) when (failure is SocketException or IOException or UnauthorizedAccessException
            or ArgumentException)
        {
            _socket.Dispose();
            throw new ExternalException(5041, $"Control socket cannot be opened: {_path}. {failure.Message}", false, failure);
        }

        _accepting = AcceptAsync();
    }

    /// <summary>Adds a job that runs.</summary>
    public void Add(ControlledJob job)
    {
        lock (_gate)
        {
            _jobs.Add(job);
        }
    }

    /// <summary>Takes a job away that has ended.</summary>
    public void Remove(ControlledJob job)
    {
        lock (_gate)
        {
            _jobs.Remove(job);
        }
    }

    /// <summary>Listens no more; answers under way are given some seconds.</summary>
    public void Dispose()
    {
        Task[] open;
        lock (_gate)
        {
            open = [.. _connections];
        }

        // Jobs have ended, so that every answer is at its end.
        Task.WhenAny(Task.WhenAll(open), Task.Delay(s_farewell)).GetAwaiter().GetResult();
        _closing.Cancel();
        _socket.Dispose();
        _accepting.GetAwaiter().GetResult();
        try
        {
            File.Delete(_path);
        }
        catch (IOException)
        {
            // Whoever finds it sees that nobody listens.
        }
    }

    private async Task AcceptAsync()
    {
        while (!_closing.IsCancellationRequested)
        {
            try
            {
                Socket connection = await _socket.AcceptAsync(_closing.Token);
                lock (_gate)
                {
                    _connections.RemoveWhere(static c => c.IsCompleted);
                    if (_connections.Count >= MostConnections)
                    {
                        connection.Dispose();
                        continue;
                    }

                    _connections.Add(ServeAsync(connection));
                }
            }
            catch (Exception failure) when (failure is SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // Either the server ends, or a caller went away before it was answered.
            }
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        // The acceptor goes on at once.
        await Task.Yield();
        using Socket connection = socket;
        try
        {
            if (!ControlFolder.IsOwnUser(connection))
            {
                return;
            }

            await using var stream = new NetworkStream(connection, ownsSocket: false);
            var channel = new LineChannel(stream);
            ControlReply last;
            try
            {
                last = await AnswerAsync(channel);
            }
            catch (ColumnStreamException failure)
            {
                last = Error(failure.Code, failure.Message);
            }
            catch (InvalidDataException failure)
            {
                last = Error(3000, failure.Message);
            }

            await channel.SendAsync(last, ControlJson.Default.ControlReply, _closing.Token);
        }
        catch (Exception failure) when (failure is IOException or SocketException or OperationCanceledException)
        {
            // The caller went away; what it asked for goes on.
        }
    }

    private async Task<ControlReply> AnswerAsync(LineChannel channel)
    {
        ControlRequest request = await ReceiveAsync(channel);
        if (request.Version != ControlRequest.CurrentVersion)
        {
            return Error(
                3000,
                $"Control channel speaks version {ControlRequest.CurrentVersion}, not {request.Version}: "
                    + "use the program that runs the job.");
        }

        switch (request.Verb)
        {
            case "jobs":
                return new ControlReply(1, ControlReply.Done) { Jobs = [.. Jobs().Select(static j => j.Describe())] };
            case "cancel":
                ControlledJob cancelled = Find(request.Job);
                cancelled.Cancel();
                await cancelled.Job.Completion.WaitAsync(_closing.Token);
                return new ControlReply(1, ControlReply.Done) { Status = StatusOf(cancelled) };
            case "savepoint":
                return await SaveAsync(channel, Find(request.Job), request.Folder, SavepointStop.GoOn);
            case "stop":
                return await SaveAsync(
                    channel, Find(request.Job), request.Folder, request.Drain ? SavepointStop.Drain : SavepointStop.Suspend);
            default:
                return Error(3000, "Verb is unknown. Expected jobs, savepoint, stop or cancel.");
        }
    }

    private async Task<ControlRequest> ReceiveAsync(LineChannel channel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token);
        limit.CancelAfter(s_requestLimit);
        return await channel.ReceiveAsync(ControlJson.Default.ControlRequest, limit.Token)
            ?? throw new InvalidDataException("Request is missing.");
    }

    private static async Task<ControlReply> SaveAsync(
        LineChannel channel, ControlledJob job, string? folder, SavepointStop stop)
    {
        Savepoint savepoint = job.TakeSavepoint(folder, stop);
        ControlReply? shown = null;
        bool isHeard = true;
        while (!savepoint.Completion.IsCompleted)
        {
            await Task.WhenAny(savepoint.Completion, Task.Delay(s_look));
            ControlReply now = Progress(savepoint, ControlReply.Progress);
            if (isHeard && now != shown)
            {
                shown = now;
                try
                {
                    await channel.SendAsync(now, ControlJson.Default.ControlReply, default);
                }
                catch (IOException)
                {
                    isHeard = false;
                }
            }
        }

        if (savepoint.Failure is { } failure)
        {
            job.WithdrawStop();
            int code = failure is ColumnStreamException known ? known.Code : 9000;
            return Error(code, failure.Message);
        }

        if (stop != SavepointStop.GoOn)
        {
            await job.Job.Completion;
        }

        return Progress(savepoint, ControlReply.Done) with { Status = StatusOf(job) };
    }

    private static ControlReply Progress(Savepoint savepoint, string kind) => new(1, kind)
    {
        Phase = savepoint.Phase.ToString().ToLowerInvariant(),
        Epoch = savepoint.Epoch,
        Bytes = savepoint.CopiedBytes,
        TotalBytes = savepoint.TotalBytes,
        Address = savepoint.Address,
    };

    private static string StatusOf(ControlledJob job) => job.Job.Status.ToString().ToUpperInvariant();

    private static ControlReply Error(int code, string message) =>
        new(1, ControlReply.Error) { Code = code, Message = message };

    private ControlledJob Find(long number) => Jobs().FirstOrDefault(job => job.Number == number)
        ?? throw new UserException(3140, $"No running job has the number {number} in this process: it may have ended.");

    private IReadOnlyList<ControlledJob> Jobs()
    {
        lock (_gate)
        {
            return [.. _jobs];
        }
    }
}
