using System;

namespace ColumnStream.Engine.Plan;

/// <summary>Freezes the name and version under which a plan record is written.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class PlanNodeAttribute(string name, int version) : Attribute
{
    /// <summary>Gets the name.</summary>
    public string Name { get; } = name;

    /// <summary>Gets the version.</summary>
    public int Version { get; } = version;

    /// <summary>Gets the wire name: <c>limit@1</c>.</summary>
    public string WireName => $"{Name}@{Version}";
}
