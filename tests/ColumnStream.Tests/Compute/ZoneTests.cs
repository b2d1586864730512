using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using ColumnStream.Compute.Execution;
using Xunit;

namespace ColumnStream.Tests.Compute;

/// <summary>Holds zones against what java.time does around clock changes: tests/data/types/zones.txt.</summary>
public sealed class ZoneTests
{
    [Fact]
    public void Local_times_and_instants_turn_into_each_other_as_in_java()
    {
        Dictionary<string, LocalZone> zones = [];
        List<string> wrong = [];
        foreach (string line in CastMatrixTests.Data("zones.txt").Where(l => !l.StartsWith('#')))
        {
            string[] fact = line.Split(' ');
            if (!zones.TryGetValue(fact[1], out LocalZone? zone))
            {
                zones.Add(fact[1], zone = new LocalZone(fact[1]));
            }

            long from = long.Parse(fact[2], CultureInfo.InvariantCulture);
            long to = fact[0] == "L" ? from - zone.OffsetAtLocal(from) : from + zone.OffsetAt(from);
            if (to != long.Parse(fact[3], CultureInfo.InvariantCulture))
            {
                wrong.Add($"{line} but {to}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
    }

    [Theory]
    [InlineData("Europe/Berlin", true)]
    [InlineData("UTC", true)]
    [InlineData("Z", true)]
    [InlineData("GMT+8", true)]
    [InlineData("UTC+08:00", true)]
    [InlineData("+0530", true)]
    [InlineData("+19:00", false)]
    [InlineData("+5:", false)]
    [InlineData("PST", false)]
    [InlineData("Mars/Olympus", false)]
    [InlineData("", false)]
    public void Zones_are_found_by_the_ids_that_java_takes(string id, bool known) =>
        Assert.Equal(known, id.Length > 0 && ZoneIds.Find(id) is not null);

    [Fact]
    public void Short_names_are_javas_where_they_are_asked_for()
    {
        Assert.Equal("America/Los_Angeles", ZoneIds.Find("PST", shortIds: true)!.Id);
        Assert.Equal("Asia/Shanghai", ZoneIds.Find("CTT", shortIds: true)!.Id);
        Assert.Equal(-18_000_000L, (long)ZoneIds.Find("EST", shortIds: true)!.MinOffset.Milliseconds);
    }
}
