using System;

namespace ColumnStream.Server.Shell;

/// <summary>Is the terminal of this process.</summary>
internal sealed class SystemTerminal : ITerminal
{
    public int Width => Math.Max(20, Console.WindowWidth);

    public bool HasInput => Console.KeyAvailable;

    public bool IsEditing
    {
        set => Console.TreatControlCAsInput = value;
    }

    public ConsoleKeyInfo Read() => Console.ReadKey(intercept: true);

    public void Write(string text)
    {
        Console.Out.Write(text);
        Console.Out.Flush();
    }
}
