namespace ColumnStream.Server.Security;

/// <summary>Names what a user may do; each role may do what those before it may.</summary>
internal enum Role
{
    /// <summary>Reads tables as they are defined, and looks at everything that is no secret.</summary>
    Viewer,

    /// <summary>Also defines tables and views, starts jobs, and stops the own ones.</summary>
    Developer,

    /// <summary>Also stops and saves the jobs of others.</summary>
    Operator,

    /// <summary>Also sets options of the process and does what has no rule of its own.</summary>
    Admin,
}
