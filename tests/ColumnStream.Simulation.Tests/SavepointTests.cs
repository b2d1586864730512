using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using ColumnStream.Testing.Simulation;
using Xunit;

namespace ColumnStream.Simulation.Tests;

/// <summary>Savepoints at any moment of a job, with crashes and store faults: one seed is one history.</summary>
/// <remarks>
/// Breaks when state is copied from another epoch than the manifest says, when clean-up takes a file that is being copied, when
/// the record is written before its files, when sources go on in front of a stop, or when committed parts are committed again.
/// </remarks>
public sealed class SavepointTests
{
    [Fact]
    public void Savepoints_cut_a_job_exactly_once()
    {
        string? only = Environment.GetEnvironmentVariable("COLUMNSTREAM_SAVEPOINT_SEED");
        int first = only is null ? 1 : int.Parse(only, CultureInfo.InvariantCulture);
        int count = only is not null ? 1
            : int.Parse(Environment.GetEnvironmentVariable("COLUMNSTREAM_SAVEPOINT_SEEDS") ?? "120", CultureInfo.InvariantCulture);
        var courses = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (int seed = first; seed < first + count; seed++)
        {
            string course = SavepointHistory.Play(seed).Course;
            courses[course] = courses.GetValueOrDefault(course) + 1;
        }

        if (count >= 120)
        {
            string all = string.Join(", ", courses.Select(static c => $"{c.Key}: {c.Value}"));
            foreach (string stop in new[] { "GoOn", "Suspend", "Drain" })
            {
                Assert.True(courses.ContainsKey($"{stop} store Done restorable"), all);
                Assert.True(courses.ContainsKey($"{stop} alone Done restorable"), all);
                Assert.True(courses.Keys.Any(c => c.StartsWith(stop, StringComparison.Ordinal) && c.Contains("crashed")), all);
            }

            Assert.Contains(courses.Keys, static c => c.Contains("crashed restorable"));
            Assert.Contains(courses.Keys, static c => c.Contains("Failed"));
        }
    }
}
