using System.CommandLine;
using ColumnStream.Server.Commands;

var root = new RootCommand("ColumnStream: runs Flink SQL over streams and files.")
{
    RunCommand.Create(),
    ExplainCommand.Create(),
    FunctionsCommand.Create(),
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

return command.Invoke();
