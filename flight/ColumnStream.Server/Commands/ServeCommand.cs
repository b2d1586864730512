using System;
using System.CommandLine;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Options;
using ColumnStream.Flight.Hosting;
using ColumnStream.Planner;
using ColumnStream.Server.Hosting;

namespace ColumnStream.Server.Commands;

/// <summary>Serves Flight SQL: <c>columnstream serve</c>.</summary>
internal static class ServeCommand
{
    /// <summary>The folder of a server that names none.</summary>
    public const string DefaultFolder = ".columnstream/server";

    /// <summary>The port of a server that names none.</summary>
    public const int DefaultPort = 31337;

    public static Command Create()
    {
        Option<string> data = DataOption();
        var listen = new Option<string?>("--listen")
        {
            Description = $"Where Flight SQL clients connect, port 0 for a free one; 127.0.0.1:{DefaultPort} without it. "
                + "Anything but loopback needs TLS and users.",
            HelpName = "host:port",
        };
        var unix = new Option<string?>("--unix") { Description = "Listens at a Unix socket too.", HelpName = "path" };
        var certificate = new Option<string?>("--tls-cert") { Description = "PEM file of the certificate.", HelpName = "file" };
        var key = new Option<string?>("--tls-key") { Description = "PEM file of its key, if another one.", HelpName = "file" };
        var roots = new Option<string?>("--tls-client-ca")
        {
            Description = "PEM file of the authorities of clients' certificates, which are asked for then.", HelpName = "file",
        };
        var allow = new Option<string[]>("--allow")
        {
            Description = "A network that may connect, as 10.0.0.0/8; repeat it for more. Without it all may.", HelpName = "cidr",
            AllowMultipleArgumentsPerToken = false,
        };
        var paths = new Option<string[]>("--allow-path")
        {
            Description = "A folder that paths in SQL may lead to, beside 'files' in the data folder, to which relative ones "
                + "belong; repeat it for more.",
            HelpName = "folder", AllowMultipleArgumentsPerToken = false,
        };
        var egress = new Option<string[]>("--allow-egress")
        {
            Description = "A private network that connectors may reach, as 10.0.0.0/8 or 127.0.0.1/32; repeat it for more. "
                + "Without it public addresses only.",
            HelpName = "cidr", AllowMultipleArgumentsPerToken = false,
        };
        var idle = new Option<string>("--idle-timeout")
        {
            Description = "How long a result waits for a client that takes nothing of it, and an upload for one that sends nothing "
                + "more; then it ends with its job, as CST6005. 0 s for ever.",
            HelpName = "duration", DefaultValueFactory = static _ => "10 min",
        };
        var connections = new Option<int>("--max-connections")
        {
            Description = "The most connections at a time. An eighth is for clients that have yet to sign in; of the others one "
                + "user has at most three times as many as are free, and quiet ones of who has most make room.",
            HelpName = "number", DefaultValueFactory = static _ => GrpcProfile.Clients.MaxConnections,
        };
        var open = new Option<bool>("--no-auth") { Description = "Lets everybody on this machine in as an administrator." };
        var health = new Option<string?>("--health")
        {
            Description = "Answers GET /healthz and /readyz at this address of this machine.", HelpName = "host:port",
        };
        var defines = new Option<string[]>("-D")
        {
            Description = "Sets an option of all sessions.", HelpName = "key=value", AllowMultipleArgumentsPerToken = false,
        };
        var command = new Command(
            "serve",
            "Serves Flight SQL. Catalog, jobs and users lie in the data folder and survive: jobs go on from their checkpoints. "
            + "SIGTERM stops each job behind a savepoint. The first start prints a token of the user admin, once.")
        {
            data, listen, unix, certificate, key, roots, allow, paths, egress, idle, connections, open, health, defines,
        };
        command.SetAction((parsed, cancellation) => GuardedAsync(() =>
        {
            PlannerOptions? session = ScriptFile.Options(parsed.GetValue(defines) ?? [], null, quiet: false);
            return session is null ? Task.FromResult(ExitCode.Usage) : RunAsync(new ServeOptions(
                parsed.GetValue(data)!,
                Endpoint("--listen", parsed.GetValue(listen)) ?? new IPEndPoint(IPAddress.Loopback, DefaultPort),
                session)
            {
                Certificate = parsed.GetValue(certificate), Key = parsed.GetValue(key), ClientRoots = parsed.GetValue(roots),
                UnixSocket = parsed.GetValue(unix), NeedsLogin = !parsed.GetValue(open),
                AllowedNetworks = [.. (parsed.GetValue(allow) ?? []).Select(text => Network("--allow", text))],
                IdleTimeout = Duration("--idle-timeout", parsed.GetValue(idle)!),
                MaxConnections = Connections(parsed.GetValue(connections)),
                AllowedFolders = parsed.GetValue(paths) ?? [],
                AllowedEgress = [.. (parsed.GetValue(egress) ?? []).Select(text => Network("--allow-egress", text))],
                Health = Endpoint("--health", parsed.GetValue(health)),
            });
        }));
        return command;
    }

    /// <summary>Makes the option of the data folder.</summary>
    public static Option<string> DataOption() => new("--data")
    {
        Description = $"Folder of the server's data; {DefaultFolder} without it.", HelpName = "folder",
        DefaultValueFactory = static _ => DefaultFolder,
    };

    private static async Task<int> GuardedAsync(Func<Task<int>> command)
    {
        try
        {
            return await command();
        }
        catch (ColumnStreamException error)
        {
            await Console.Error.WriteLineAsync($"error CST{error.Code:D4}: {error.Message}");
            return error is UserException ? ExitCode.Usage : ExitCode.Failed;
        }
        catch (SocketException error)
        {
            await Console.Error.WriteLineAsync($"columnstream: cannot listen: {error.Message}");
            return ExitCode.Failed;
        }
        catch (Exception error) when (error is System.IO.IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"columnstream: cannot serve: {error.Message}");
            return ExitCode.Failed;
        }
    }

    private static async Task<int> RunAsync(ServeOptions options)
    {
        var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        int signals = 0;
        void OnSignal(PosixSignalContext context)
        {
            context.Cancel = true;
            if (Interlocked.Increment(ref signals) > 1)
            {
                Environment.Exit(ExitCode.Interrupted);
            }

            stop.TrySetResult();
        }

        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
        var host = new ServeHost(options, Console.Out, Console.Error);
        await using (host)
        {
            if (host.FirstToken is { } token)
            {
                Console.Out.WriteLine($"First start: user admin, token {token}");
                Console.Out.WriteLine("It is shown this once. 'columnstream user' makes users, passwords and further tokens.");
            }

            int resumed = await host.StartAsync(CancellationToken.None);
            Console.Out.WriteLine(
                $"columnstream: serves Flight SQL at {(options.Certificate is null ? "grpc" : "grpc+tls")}://{host.Address}"
                + (options.NeedsLogin ? "" : ", open to everybody on this machine")
                + (host.HealthAddress is { } health ? $", health at http://{health}/healthz" : "")
                + (resumed > 0 ? $"; {resumed} job{(resumed == 1 ? "" : "s")} went on" : ""));
            await stop.Task;
            await Console.Error.WriteLineAsync("columnstream: stopping; once more ends at once");
            await host.StopAsync(TimeSpan.FromMinutes(1), Console.Error);
        }

        return ExitCode.Done;
    }

    private static TimeSpan Duration(string option, string text) =>
        OptionValue.TryParseDuration(text, out TimeSpan time) && time >= TimeSpan.Zero && time.TotalMilliseconds < int.MaxValue
            ? time : throw new UserException(3111, $"Duration of {option} is wrong: '{text}'. Expected one as '10 min'.");

    private static int Connections(int number) => number is >= 8 and <= 65_536 ? number
        : throw new UserException(3111, $"Number of --max-connections is wrong: {number}. Expected 8 to 65536.");

    private static IPNetwork Network(string option, string text) => IPNetwork.TryParse(text, out IPNetwork network) ? network
        : throw new UserException(
            3111, $"Network of {option} is wrong: '{text}'. Expected an address and the bits that count: 10.0.0.0/8.");

    private static IPEndPoint? Endpoint(string option, string? text)
    {
        if (text is null)
        {
            return null;
        }

        string address = text.StartsWith("localhost:", StringComparison.OrdinalIgnoreCase)
            ? "127.0.0.1" + text["localhost".Length..] : text;
        return IPEndPoint.TryParse(address, out IPEndPoint? endpoint) && address.Contains(':', StringComparison.Ordinal)
            ? endpoint
            : throw new UserException(
                3111, $"Address of {option} is wrong: '{text}'. Expected an IP address and a port: 127.0.0.1:{DefaultPort}.");
    }
}
