using System;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Sql.Tests.Queries;

/// <summary>Is a bug that a test puts in, to see that the oracles find it.</summary>
/// <param name="Name">What is wrong.</param>
/// <param name="Change">Changes a plan before it runs.</param>
internal sealed record Plant(string Name, Func<JobGraph, JobGraph> Change)
{
    /// <summary>Gets what changes the text of a query in one of the ways of asking, as a wrong binder or rule would.</summary>
    public Func<string, string, string> Rewrite { get; init; } = static (_, sql) => sql;
}
