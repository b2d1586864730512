using System.Linq;
using ColumnStream.Testing.Sabotage;
using ColumnStream.Testing.Simulation;
using Xunit;
using Xunit.Abstractions;

namespace ColumnStream.Simulation.Tests;

/// <summary>Deliberate bugs of the exactly-once machinery: the simulator finds each within some hundred seeds, and says how.</summary>
/// <remarks>A seed that finds one must be right without it. Breaks when a check or a kind of fault goes blind.</remarks>
public sealed class PlantedBugTests(ITestOutputHelper output)
{
    private const int MostSeeds = 600;

    public static TheoryData<string> Names => new(PlantedBug.All().Select(b => b.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public void A_planted_bug_is_found(string name)
    {
        for (int seed = 1; seed <= MostSeeds; seed++)
        {
            PlantedBug bug = PlantedBug.All().Single(b => b.Name == name);
            try
            {
                SimulatedHistory.Play(seed, bug: bug);
            }
            catch (SimulationException found)
            {
                SimulatedHistory.Play(seed);
                output.WriteLine($"{name} ({bug.What}): seed {seed}: {found.Message.Split('\n')[1]}");
                return;
            }
        }

        Assert.Fail($"{MostSeeds} seeds did not find: {name}.");
    }

    [Fact]
    public void Names_are_distinct() => Assert.Distinct(PlantedBug.All().Select(b => b.Name));
}
