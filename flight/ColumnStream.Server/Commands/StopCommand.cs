using System.CommandLine;

namespace ColumnStream.Server.Commands;

/// <summary>Stops a running job behind a savepoint: <c>columnstream stop job</c>.</summary>
internal static class StopCommand
{
    public static Command Create()
    {
        var job = new Argument<string>("job") { Description = "The job's name, or the folder of its checkpoints." };
        var folder = new Option<string?>("--savepoint")
        {
            Description = "Where the savepoint goes. Without it execution.checkpointing.savepoint-dir of the job.",
            HelpName = "dir",
        };
        var drain = new Option<bool>("--drain")
        {
            Description = "Ends the inputs first, with the greatest watermark: all windows give their results, and the job is "
                + "over for good. Its savepoint can be read, not continued.",
        };
        var quiet = new Option<bool>("--quiet", "-q") { Description = "Only the savepoint's address." };
        var command = new Command(
            "stop",
            "Stops a job behind a savepoint: sources stop, what they read is worked off and committed, then the job ends. If "
            + "the savepoint fails, the job goes on.")
        {
            job, folder, drain, quiet,
        };
        command.SetAction(parsed => JobCommands.Guarded(() => JobCommands.Stop(
            parsed.GetValue(job)!, parsed.GetValue(folder), parsed.GetValue(drain), parsed.GetValue(quiet))));
        return command;
    }
}
