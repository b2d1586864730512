using System.CommandLine;

namespace ColumnStream.Server.Commands;

/// <summary>Stops a running job without a savepoint: <c>columnstream cancel job</c>.</summary>
internal static class CancelCommand
{
    public static Command Create()
    {
        var job = new Argument<string>("job") { Description = "The job's name, or the folder of its checkpoints." };
        var quiet = new Option<bool>("--quiet", "-q") { Description = "Says nothing." };
        var command = new Command(
            "cancel", "Stops a job behind a last checkpoint, as Ctrl-C does: 'run --restore latest' goes on from there.")
        {
            job, quiet,
        };
        command.SetAction(parsed => JobCommands.Guarded(() => JobCommands.Cancel(
            parsed.GetValue(job)!, parsed.GetValue(quiet))));
        return command;
    }
}
