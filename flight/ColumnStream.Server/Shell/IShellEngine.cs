using System;
using ColumnStream.Engine.Connectors;
using ColumnStream.Planner.Catalogs;
using ColumnStream.Sql;

namespace ColumnStream.Server.Shell;

/// <summary>Runs what is typed into the shell: here, or at a server.</summary>
internal interface IShellEngine : IDisposable
{
    /// <summary>Gets the tables that completion knows.</summary>
    Catalog Catalog { get; }

    /// <summary>Gets the connectors that completion knows.</summary>
    ConnectorRegistry Connectors { get; }

    /// <summary>Runs statements; returns the exit code.</summary>
    /// <param name="text">The statements.</param>
    /// <param name="isInteractive">Whether a person waits at a terminal.</param>
    /// <param name="errorAt">Where the first error of the text is, or -1.</param>
    int Execute(SourceText text, bool isInteractive, out int errorAt);
}
