using System;
using System.Collections.Generic;
using System.Text;
using Google.Protobuf;

namespace ColumnStream.Flight;

/// <summary>Names a stream of batches, by a command or by a path.</summary>
public sealed class FlightDescriptor
{
    private FlightDescriptor(ReadOnlyMemory<byte> command, IReadOnlyList<string> path, bool isCommand)
    {
        Command = command;
        Path = path;
        IsCommand = isCommand;
    }

    /// <summary>Gets the bytes that the server understands; empty for a path.</summary>
    public ReadOnlyMemory<byte> Command { get; }

    /// <summary>Gets the parts of the path; empty for a command.</summary>
    public IReadOnlyList<string> Path { get; }

    /// <summary>Gets whether this is a command and not a path.</summary>
    public bool IsCommand { get; }

    /// <summary>Makes a descriptor of a command, whose bytes are kept, not copied.</summary>
    public static FlightDescriptor FromCommand(ReadOnlyMemory<byte> command) => new(command, [], isCommand: true);

    /// <summary>Makes a descriptor of a command that is text.</summary>
    public static FlightDescriptor FromText(string command) => FromCommand(Encoding.UTF8.GetBytes(command));

    /// <summary>Makes a descriptor of a path.</summary>
    public static FlightDescriptor FromPath(params string[] path) => new(default, path, isCommand: false);

    /// <inheritdoc/>
    public override string ToString() => IsCommand ? $"command of {Command.Length} bytes" : string.Join('/', Path);

    internal static FlightDescriptor? FromMessage(Protos.FlightDescriptor? message) => message switch
    {
        null => null,
        { Type: Protos.FlightDescriptor.Types.DescriptorType.Path } => FromPath([.. message.Path]),
        _ => FromCommand(message.Cmd.Memory),
    };

    internal Protos.FlightDescriptor ToMessage()
    {
        var message = new Protos.FlightDescriptor
        {
            Type = IsCommand ? Protos.FlightDescriptor.Types.DescriptorType.Cmd : Protos.FlightDescriptor.Types.DescriptorType.Path,
            Cmd = UnsafeByteOperations.UnsafeWrap(Command),
        };
        message.Path.Add(Path);
        return message;
    }
}
