namespace ColumnStream.Testing.Simulation;

/// <summary>Names a kind of call to a simulated store, or to what sinks write.</summary>
public enum StoreCall
{
    /// <summary>An object is made unless its name is taken.</summary>
    Create,

    /// <summary>An object that was written in parts becomes whole.</summary>
    Write,

    /// <summary>An object is opened.</summary>
    Read,

    /// <summary>An object is looked for.</summary>
    Find,

    /// <summary>Names are listed.</summary>
    List,

    /// <summary>An object is deleted.</summary>
    Delete,

    /// <summary>A sink gives a batch away in the background.</summary>
    SinkWrite,

    /// <summary>A sink makes one prepared part visible.</summary>
    SinkCommit,
}
