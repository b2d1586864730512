using System;

namespace ColumnStream.Server.Shell;

/// <summary>Is what the line editor works on: keys in, text and escape sequences out.</summary>
internal interface ITerminal
{
    /// <summary>Gets the columns of a row.</summary>
    int Width { get; }

    /// <summary>Gets whether a key waits, as while text is pasted: drawing can wait too.</summary>
    bool HasInput { get; }

    /// <summary>Says whether a text is edited: Ctrl-C is then a key, otherwise a signal.</summary>
    bool IsEditing { set; }

    /// <summary>Waits for a key.</summary>
    ConsoleKeyInfo Read();

    /// <summary>Writes text as it is.</summary>
    void Write(string text);
}
