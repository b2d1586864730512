using System.CommandLine;

namespace ColumnStream.Server.Commands;

/// <summary>Lists running jobs: <c>columnstream jobs</c>.</summary>
internal static class JobsCommand
{
    public static Command Create()
    {
        var command = new Command("jobs", "Lists the running jobs of this user on this machine.");
        command.SetAction(static _ => JobCommands.Guarded(JobCommands.List));
        return command;
    }
}
