using System;
using System.Collections.Generic;
using System.CommandLine;
using ColumnStream.Flight.Grpc;
using ColumnStream.Planner;
using ColumnStream.Planner.Settings;
using ColumnStream.Server.Results;
using ColumnStream.Server.Session;
using ColumnStream.Server.Shell;
using ColumnStream.Sql;

namespace ColumnStream.Server.Commands;

/// <summary>Opens the shell: <c>columnstream sql</c>.</summary>
internal static class SqlCommand
{
    public static Command Create()
    {
        var execute = new Option<string?>("--execute", "-e") { Description = "Runs statements and ends.", HelpName = "statements" };
        var file = new Option<string?>("--file", "-f") { Description = "Runs a file and ends.", HelpName = "script" };
        var defines = new Option<string[]>("-D")
        {
            Description = "Sets an option before the first statement.",
            HelpName = "key=value",
            AllowMultipleArgumentsPerToken = false,
        };
        var format = new Option<string?>("--format") { Description = "Form of SELECT results, as for run." };
        format.AcceptOnlyFromAmong("table", "csv", "json", "arrow");
        var parallelism = new Option<int?>("--parallelism", "-p") { Description = "Subtasks of each step." };
        var quiet = new Option<bool>("--quiet", "-q") { Description = "No rates, summaries or warnings." };
        var connect = new Option<string?>("--connect")
        {
            Description = "Runs statements at a server, in one session of it: host:port. The token is COLUMNSTREAM_TOKEN.",
            HelpName = "host:port",
        };
        var user = new Option<string?>("--user")
        {
            Description = "Signs in by name; the password is COLUMNSTREAM_PASSWORD, or asked for.", HelpName = "name",
        };
        var tls = new Option<bool>("--tls") { Description = "Encrypts the connection." };
        var roots = new Option<string?>("--tls-ca") { Description = "PEM file of the server's authority.", HelpName = "file" };
        var command = new Command(
            "sql",
            "Runs statements in one session: from the terminal, with history and completion, or from a pipe. "
            + "Ctrl-C cancels the running statement.")
        {
            execute, file, defines, format, parallelism, quiet, connect, user, tls, roots,
        };
        command.SetAction(parsed => Run(
            parsed.GetValue(execute),
            parsed.GetValue(file),
            parsed.GetValue(defines) ?? [],
            parsed.GetValue(parallelism),
            new RunOptions(ResultFormats.Parse(parsed.GetValue(format)), null, parsed.GetValue(quiet)),
            parsed.GetValue(connect) is { } server
                ? Address(server, parsed.GetValue(user), parsed.GetValue(tls) || parsed.GetValue(roots) is not null) with
                {
                    Roots = parsed.GetValue(roots),
                }
                : null));
        return command;
    }

    private static int Run(string? execute, string? file, IReadOnlyList<string> defines, int? parallelism, RunOptions options,
        ServerAddress? server)
    {
        SourceText? script = file is null ? null : ScriptFile.Read(file);
        PlannerOptions? settings = ScriptFile.Options(defines, parallelism, options.IsQuiet);
        if (settings is null || (file is not null && script is null))
        {
            return ExitCode.Usage;
        }

        if (server is { Host.Length: 0 })
        {
            Console.Error.WriteLine("columnstream: --connect expects host:port: 127.0.0.1:31337");
            return ExitCode.Usage;
        }

        IShellEngine engine;
        try
        {
            engine = server is null ? new LocalEngine(settings, options) : RemoteEngine.Connect(server, options);
        }
        catch (GrpcException failure)
        {
            Console.Error.WriteLine($"columnstream: cannot sign in at {server!.Host}:{server.Port}: {failure.Status.Message}");
            Console.Error.WriteLine(failure.Status.Code switch
            {
                GrpcStatusCode.Unauthenticated =>
                    "hint: set COLUMNSTREAM_TOKEN to a token of the server, or sign in with --user NAME.",
                GrpcStatusCode.Unavailable =>
                    "hint: is 'columnstream serve' running there? A server with a certificate needs --tls.",
                _ => "hint: 'columnstream sql --help' shows how to sign in.",
            });
            return ExitCode.Failed;
        }

        using var shell = new SqlShell(engine);
        if (server is not null)
        {
            foreach (SessionOption define in settings.Settings)
            {
                string set = $"SET {SqlPrinter.PrintString(define.Key)} = {SqlPrinter.PrintString(define.Value)};";
                int code = shell.Run(new SourceText(set, "-D"));
                if (code != ExitCode.Done)
                {
                    return code;
                }
            }
        }

        if (script is not null || execute is not null)
        {
            int code = script is null ? ExitCode.Done : shell.Run(script);
            return code == ExitCode.Done && execute is not null ? shell.Run(new SourceText(execute, "-e")) : code;
        }

        return Console.IsInputRedirected || Console.IsOutputRedirected
            ? shell.Run(Console.In)
            : shell.Run(new SystemTerminal(), new History(History.UserFile()));
    }

    /// <summary>Reads where the server is and who signs in there; the host is empty where the text is no address.</summary>
    private static ServerAddress Address(string text, string? user, bool hasTls)
    {
        int colon = text.LastIndexOf(':');
        if (colon <= 0 || !int.TryParse(text.AsSpan(colon + 1), out int port) || port is < 1 or > 65535)
        {
            return new ServerAddress(string.Empty, 0);
        }

        string? password = user is null ? null : Environment.GetEnvironmentVariable("COLUMNSTREAM_PASSWORD") ?? AskPassword(user);
        return new ServerAddress(text[..colon].Trim('[', ']'), port)
        {
            HasTls = hasTls, User = user, Password = password,
            Token = Environment.GetEnvironmentVariable("COLUMNSTREAM_TOKEN"),
        };
    }

    private static string AskPassword(string user)
    {
        Console.Error.Write($"Password of {user}: ");
        if (Console.IsInputRedirected)
        {
            return Console.In.ReadLine() ?? string.Empty;
        }

        var password = new System.Text.StringBuilder();
        while (Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } key)
        {
            if (key.Key == ConsoleKey.Backspace && password.Length > 0)
            {
                password.Length--;
            }
            else if (key.KeyChar != '\0')
            {
                password.Append(key.KeyChar);
            }
        }

        Console.Error.WriteLine();
        return password.ToString();
    }
}
