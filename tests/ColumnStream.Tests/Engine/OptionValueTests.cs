using System;
using ColumnStream.Engine.Options;
using Xunit;

namespace ColumnStream.Tests.Engine;

/// <summary>Goal: users write durations, sizes and keys as they would elsewhere. Method: tables of texts.</summary>
public sealed class OptionValueTests
{
    [Theory]
    [InlineData("10 s", 10_000)]
    [InlineData("500ms", 500)]
    [InlineData("1 min", 60_000)]
    [InlineData("1 h", 3_600_000)]
    [InlineData("2 DAYS", 172_800_000)]
    [InlineData("7", 7)]
    public void Durations_are_a_number_and_a_unit(string text, long milliseconds)
    {
        Assert.True(OptionValue.TryParseDuration(text, out TimeSpan value));
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("-1 s")]
    [InlineData("1.5 s")]
    [InlineData("1 parsec")]
    [InlineData("99999999999999 days")]
    public void Other_durations_are_refused(string text) => Assert.False(OptionValue.TryParseDuration(text, out _));

    [Theory]
    [InlineData("64 mb", 64L << 20)]
    [InlineData("1 MiB", 1L << 20)]
    [InlineData("512k", 512L << 10)]
    [InlineData("12", 12)]
    [InlineData("3 tb", 3L << 40)]
    public void Sizes_are_a_number_and_a_unit_in_steps_of_1024(string text, long bytes)
    {
        Assert.True(OptionValue.TryParseBytes(text, out long value));
        Assert.Equal(bytes, value);
    }

    [Theory]
    [InlineData("mb")]
    [InlineData("-1")]
    [InlineData("99999999999 tb")]
    public void Other_sizes_are_refused(string text) => Assert.False(OptionValue.TryParseBytes(text, out _));

    [Fact]
    public void A_misspelt_key_finds_its_neighbour()
    {
        Assert.Equal("path", OptionValue.Nearest(["format", "path", "connector"], "paht"));
        Assert.Null(OptionValue.Nearest(["format", "path"], "rows-per-second"));
    }

    [Fact]
    public void An_exact_key_wins_over_a_prefix_and_case_does_not_matter()
    {
        var prefix = new OptionDefinition("json.*", OptionKind.Text, null, "Any.");
        var exact = new OptionDefinition("json.mode", OptionKind.Choice, "a", "Mode.", Values: "a|b");
        Assert.Same(exact, OptionValue.Find([prefix, exact], "JSON.mode"));
        Assert.Same(prefix, OptionValue.Find([prefix, exact], "json.other"));
        Assert.True(OptionValue.TryParseChoice(exact, "B", out string word));
        Assert.Equal("b", word);
        Assert.False(OptionValue.IsValid(exact, "c"));
    }
}
