using System.CommandLine;

namespace ColumnStream.Server.Commands;

/// <summary>Takes a savepoint of a running job: <c>columnstream savepoint job [dir]</c>.</summary>
internal static class SavepointCommand
{
    public static Command Create()
    {
        var job = new Argument<string>("job") { Description = "The job's name, or the folder of its checkpoints." };
        var folder = new Argument<string?>("dir")
        {
            Description = "Where the savepoint goes, in a folder of its own: a path or oss://bucket/path. Without it "
                + "execution.checkpointing.savepoint-dir of the job.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var quiet = new Option<bool>("--quiet", "-q") { Description = "Only the savepoint's address." };
        var command = new Command(
            "savepoint", "Takes a savepoint of a running job, which goes on. Prints its address for 'run --restore'.")
        {
            job, folder, quiet,
        };
        command.SetAction(parsed => JobCommands.Guarded(() => JobCommands.Save(
            parsed.GetValue(job)!, parsed.GetValue(folder), parsed.GetValue(quiet))));
        return command;
    }
}
