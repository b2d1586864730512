using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Xml.Linq;
using ColumnStream.Data;
using ColumnStream.Testing.Arrow;
using Xunit;

namespace ColumnStream.Tests.Data;

/// <summary>
/// Goal: a program that uses the driver carries Arrow, Flight and Flight SQL and no server. Method: the references of the driver's
/// assembly, followed to their end, and those of its projects.
/// </summary>
public sealed class DriverClosureTests
{
    [Fact]
    public void The_driver_brings_arrow_flight_and_flight_sql_and_nothing_of_a_server()
    {
        var seen = new SortedSet<string>(StringComparer.Ordinal);
        var waiting = new Queue<Assembly>([typeof(ColumnStreamConnection).Assembly]);
        while (waiting.TryDequeue(out Assembly? assembly))
        {
            if (!seen.Add(assembly.GetName().Name!))
            {
                continue;
            }

            foreach (AssemblyName name in assembly.GetReferencedAssemblies().Where(static name => !IsOfTheRuntime(name.Name!)))
            {
                waiting.Enqueue(Assembly.Load(name));
            }
        }

        Assert.Equal(
            ["ColumnStream.Arrow", "ColumnStream.Data", "ColumnStream.Flight", "ColumnStream.Flight.Sql"],
            seen.Where(static name => name.StartsWith("ColumnStream", StringComparison.Ordinal)));
        Assert.DoesNotContain(
            seen, static name => name.Contains("AspNetCore", StringComparison.Ordinal)
                || name.Contains("Kestrel", StringComparison.Ordinal) || name.Contains("Hosting", StringComparison.Ordinal));
        Assert.Contains("Google.Protobuf", seen);
        Assert.True(seen.Count < 12, string.Join(", ", seen));
    }

    [Fact]
    public void No_project_of_the_driver_asks_for_another_framework_than_dotnet_itself()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var waiting = new Queue<string>(
            [Path.Combine(GoldenFiles.RepositoryRoot(), "flight", "ColumnStream.Data", "ColumnStream.Data.csproj")]);
        while (waiting.TryDequeue(out string? file))
        {
            if (!seen.Add(Path.GetFileNameWithoutExtension(file)))
            {
                continue;
            }

            XDocument project = XDocument.Load(file);
            Assert.Equal("Microsoft.NET.Sdk", (string?)project.Root!.Attribute("Sdk"));
            Assert.Empty(project.Descendants("FrameworkReference"));
            foreach (XElement reference in project.Descendants("ProjectReference"))
            {
                waiting.Enqueue(Path.GetFullPath(Path.Combine(
                    Path.GetDirectoryName(file)!, ((string)reference.Attribute("Include")!).Replace('\\', '/'))));
            }
        }

        Assert.Equal(
            ["ColumnStream.Arrow", "ColumnStream.Data", "ColumnStream.Flight", "ColumnStream.Flight.Sql"],
            seen.Order(StringComparer.Ordinal));
    }

    /// <summary>Tells what the runtime itself brings: System and what stands beside its core library.</summary>
    private static bool IsOfTheRuntime(string name) =>
        File.Exists(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, name + ".dll"));
}
