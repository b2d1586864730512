using System.CommandLine;
using System.CommandLine.Help;
using ColumnStream.Server.Commands;

// Not a RootCommand, which would be named after the assembly.
var root = new Command("columnstream", "Runs Flink SQL over streams and files.")
{
    new HelpOption(),
    new VersionOption(),
    AuditCommand.Create(),
    RunCommand.Create(),
    JobsCommand.Create(),
    SavepointCommand.Create(),
    StopCommand.Create(),
    CancelCommand.Create(),
    StateCommand.Create(),
    ExplainCommand.Create(),
    FunctionsCommand.Create(),
    IntegrityCommand.Create(),
    SqlCommand.Create(),
    ServeCommand.Create(),
    UserCommand.Create(),
};

ParseResult command = root.Parse(args);
if (command.Errors.Count > 0)
{
    foreach (System.CommandLine.Parsing.ParseError error in command.Errors)
    {
        System.Console.Error.WriteLine($"columnstream: {error.Message}");
    }

    System.Console.Error.WriteLine("columnstream: see 'columnstream --help'.");
    return ExitCode.Usage;
}

// A server ends by its own signals.
return command.Invoke(new InvocationConfiguration { ProcessTerminationTimeout = null });
