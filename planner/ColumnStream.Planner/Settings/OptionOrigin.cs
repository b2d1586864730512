namespace ColumnStream.Planner.Settings;

/// <summary>Tells where an option's value comes from; a later member wins over an earlier one.</summary>
public enum OptionOrigin : byte
{
    /// <summary>The option's own default.</summary>
    Default,

    /// <summary>The configuration file.</summary>
    File,

    /// <summary>The command line: <c>-D key=value</c>.</summary>
    CommandLine,

    /// <summary>A SET statement.</summary>
    Set,

    /// <summary>The WITH clause of a table.</summary>
    With,

    /// <summary>An OPTIONS hint.</summary>
    Hint,
}
