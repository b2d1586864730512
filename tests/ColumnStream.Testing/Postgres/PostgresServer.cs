using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading;

namespace ColumnStream.Testing.Postgres;

/// <summary>Is a database cluster of its own in a temporary folder, on a free port of the loopback: PostgreSQL itself.</summary>
/// <remarks>It ends with its owner, killed or not: it runs below a shell that waits for the end of its input.</remarks>
public sealed class PostgresServer : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(1);
    private readonly string _folder;
    private readonly string _bin;
    private Process? _process;

    private PostgresServer(string folder, string bin)
    {
        _folder = folder;
        _bin = bin;
    }

    public const string User = "columnstream";

    public const string Password = "CANARY-pg-4711";

    public const string Database = "test";

    public int Port { get; private set; }

    /// <summary>Gets the address of the database as a table's option.</summary>
    public string Url => $"jdbc:postgresql://127.0.0.1:{Port}/{Database}";

    /// <summary>Tells why no server can be had here, or null where one can.</summary>
    public static string? Missing => BinFolder() is null
        ? "PostgreSQL's server is not installed: apt-get install postgresql"
        : Root && !UserExists() ? "PostgreSQL does not run as root, and there is no user 'postgres'" : null;

    private string LogPath => Path.Combine(_folder, "log");

    private static bool Root => Environment.UserName == "root";

    /// <summary>Makes a cluster and starts it.</summary>
    public static PostgresServer Start()
    {
        if (Missing is { } missing)
        {
            throw new InvalidOperationException(missing);
        }

        string folder = Directory.CreateTempSubdirectory("columnstream-pg-").FullName;
        var server = new PostgresServer(folder, BinFolder()!);
        server.Make();
        for (int attempt = 1; ; attempt++)
        {
            server.Port = FreePort();
            try
            {
                server.Run();
                return server;
            }
            catch (InvalidOperationException) when (attempt < 10 && server.LacksPort())
            {
                // Somebody else took the port between the look and the start.
                server._process!.Dispose();
                server._process = null;
                File.Delete(server.LogPath);
            }
        }
    }

    /// <summary>Starts the server again behind <see cref="Kill"/>.</summary>
    public void Run()
    {
        var start = new ProcessStartInfo("/bin/sh")
        {
            RedirectStandardInput = true,
            WorkingDirectory = _folder,
        };
        string command = Command(
            Path.Combine(_bin, "postgres"), "-D", Path.Combine(_folder, "data"), "-p", Number(Port), "-k", _folder,
            "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "shared_buffers=32MB", "-c", "max_connections=40",
            "-c", "log_statement=all");
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(
            $"{command} >>'{LogPath}' 2>&1 & echo $! >'{Path.Combine(_folder, "pid")}'; read _; kill -INT $! 2>/dev/null; wait $!");
        _process = Process.Start(start)!;
        long end = Environment.TickCount64 + (long)s_limit.TotalMilliseconds;
        while (!Answers())
        {
            if (_process.HasExited || LacksPort() || Environment.TickCount64 > end)
            {
                throw new InvalidOperationException($"PostgreSQL does not start: {Log()}");
            }

            Thread.Sleep(20);
        }
    }

    /// <summary>Kills the server with all its sessions, as a crash of its machine would but for its disk.</summary>
    public void Kill()
    {
        string data = Path.Combine(_folder, "data");
        string postmaster = File.ReadLines(Path.Combine(data, "postmaster.pid")).First();

        // A session does not see at once that the postmaster is gone, and may end a commit meanwhile. A postmaster that is
        // halted begins no new ones. The shell above is its parent and takes its end below.
        Execute("/bin/kill", "-STOP", postmaster);
        string[] sessions = File.ReadAllText($"/proc/{postmaster}/task/{postmaster}/children")
            .Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Execute("/bin/kill", ["-KILL", .. sessions, postmaster]);
        long end = Environment.TickCount64 + (long)s_limit.TotalMilliseconds;
        while (sessions.Any(IsAlive))
        {
            if (Environment.TickCount64 > end)
            {
                throw new TimeoutException($"Sessions of PostgreSQL do not end: {string.Join(' ', sessions)}.");
            }

            Thread.Sleep(1);
        }

        _process!.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
        _process = null;
    }

    /// <summary>Runs a statement by psql and returns its rows: columns separated by |.</summary>
    public IReadOnlyList<string> Query(string sql, string database = Database)
    {
        (int code, string output) = Execute(
            Path.Combine(_bin, "psql"), "-h", "127.0.0.1", "-p", Number(Port), "-U", User, "-d", database, "-X", "-A", "-t", "-q",
            "-v", "ON_ERROR_STOP=1", "-c", sql);
        return code == 0
            ? output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            : throw new InvalidOperationException($"psql: {output}");
    }

    /// <summary>Opens a session of the database client, for what is asked often.</summary>
    public PostgresReader Open() => new(
        $"Host=127.0.0.1;Port={Port};Username={User};Password={Password};Database={Database};Pooling=false");

    /// <summary>Returns all that the server was asked, word by word.</summary>
    public string Log() => File.ReadAllText(LogPath);

    public void Dispose()
    {
        if (_process is not null)
        {
            _process.StandardInput.Close();
            if (!_process.WaitForExit(s_limit))
            {
                _process.Kill(entireProcessTree: true);
            }

            _process.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Tells whether a process runs still; one that only waits for its parent's notice does not.</summary>
    private static bool IsAlive(string process)
    {
        try
        {
            string state = File.ReadAllText($"/proc/{process}/stat");
            return state[state.LastIndexOf(')')..].Split(' ')[1] is not ("Z" or "X");
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static string? BinFolder()
    {
        string root = "/usr/lib/postgresql";
        return Directory.Exists(root)
            ? Directory.GetDirectories(root).Select(d => Path.Combine(d, "bin"))
                .Where(d => File.Exists(Path.Combine(d, "initdb"))).Order(StringComparer.Ordinal).LastOrDefault()
            : null;
    }

    private static bool UserExists() =>
        File.ReadLines("/etc/passwd").Any(line => line.StartsWith("postgres:", StringComparison.Ordinal));

    /// <summary>Finds a port below those that the system gives to outgoing connections: the server comes back to it behind its death.</summary>
    private static int FreePort()
    {
        while (true)
        {
            int port = Random.Shared.Next(15_000, 32_000);
            using var listener = new TcpListener(IPAddress.Loopback, port);
            try
            {
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken.
            }
        }
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>Writes a command line for a shell; as root it runs as the server's own user.</summary>
    private static string Command(params string[] words) =>
        (Root ? "setpriv --reuid=postgres --regid=postgres --clear-groups " : "exec ")
        + string.Join(' ', words.Select(word => $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'"));

    private void Make()
    {
        if (Root)
        {
            Execute("/bin/chown", "postgres:postgres", _folder);
        }

        string secret = Path.Combine(_folder, "password");
        File.WriteAllText(secret, Password);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(secret, UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        }

        (int code, string output) = Execute("/bin/sh", "-c", Command(
            Path.Combine(_bin, "initdb"), "-D", Path.Combine(_folder, "data"), "-U", User, "--pwfile", secret, "-A", "scram-sha-256",
            "-E", "UTF8", "--locale=C", "--no-sync"));
        if (code != 0)
        {
            throw new InvalidOperationException($"initdb: {output}");
        }
    }

    private bool LacksPort() => File.Exists(LogPath) && Log().Contains("could not create any TCP/IP sockets", StringComparison.Ordinal);

    private bool Answers()
    {
        (int code, _) = Execute(
            Path.Combine(_bin, "psql"), "-h", "127.0.0.1", "-p", Number(Port), "-U", User, "-d", "postgres", "-X", "-q", "-c",
            "SELECT 1");
        if (code != 0)
        {
            return false;
        }

        if (Query($"SELECT 1 FROM pg_database WHERE datname = '{Database}'", "postgres").Count == 0)
        {
            Query($"CREATE DATABASE {Database}", "postgres");
        }

        return true;
    }

    private static (int Code, string Output) Execute(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PGPASSWORD"] = Password;
        start.Environment["PGCONNECT_TIMEOUT"] = "5";
        start.Environment["LC_ALL"] = "C.UTF-8";
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using Process process = Process.Start(start)!;
        System.Threading.Tasks.Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.GetAwaiter().GetResult());
    }
}
