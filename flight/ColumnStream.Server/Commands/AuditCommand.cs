using System;
using System.CommandLine;
using System.IO;
using ColumnStream.Engine.Errors;
using ColumnStream.Server.Security;

namespace ColumnStream.Server.Commands;

/// <summary>Checks the audit log of a server: <c>columnstream audit verify</c>.</summary>
internal static class AuditCommand
{
    public static Command Create()
    {
        Option<string> data = ServeCommand.DataOption();
        var verify = new Command(
            "verify",
            "Holds each line of all files against the one before. Ends with 0 if all fit, with 1 and the first that does not if "
            + "not.")
        {
            data,
        };
        verify.SetAction(parsed => Verify(parsed.GetValue(data)!));
        return new Command("audit", "Checks the audit log of a server, also of one that runs.") { verify };
    }

    private static int Verify(string folder) => JobCommands.Guarded(() =>
    {
        string path = Path.Combine(folder, AuditTrail.FileName);
        int closed = Directory.Exists(folder) ? AuditTrail.Closed(path).Length : 0;
        if (closed == 0 && !File.Exists(path))
        {
            throw new UserException(3111, $"Folder {folder} holds no audit log: expected {AuditTrail.FileName} in it.");
        }

        AuditTrail.Reading read = Read(path);
        if (read.Damage is { } damage)
        {
            Console.Error.WriteLine($"error CST5061: Audit log was changed: {damage}");
            return ExitCode.Failed;
        }

        Console.Out.WriteLine(
            $"Whole up to line {read.Lines}, in {closed + (File.Exists(path) ? 1 : 0)} files; "
            + $"hash {Convert.ToHexStringLower(read.Last)}."
            + (read.Rest.Length > 0 ? " The last line has no end." : string.Empty));
        return ExitCode.Done;
    });

    private static AuditTrail.Reading Read(string path)
    {
        try
        {
            return AuditTrail.Read(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ExternalException(5001, $"Audit log cannot be read: {failure.Message}", retryable: false, failure);
        }
    }
}
