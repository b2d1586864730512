using System;
using System.IO;
using System.Linq;
using ColumnStream.Compute.Types;
using ColumnStream.Connectors;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Plan;
using ColumnStream.Testing.Contracts;
using Xunit;

namespace ColumnStream.Tests.Connectors;

/// <summary>Goal: wrong options are told exactly. Method: a table of mistakes and messages.</summary>
public sealed class OptionTests
{
    private static readonly (string, SqlType)[] Columns = [("id", SqlType.BigInt), ("name", SqlType.String)];

    [Theory]
    [InlineData("datagen", "row-per-second", "5", 3110, "Did you mean 'rows-per-second'?")]
    [InlineData("datagen", "rows-per-second", "many", 3111, "'rows-per-second' = 'many'. Expected a number.")]
    [InlineData("datagen", "number-of-rows", "-1", 3111, "Expected a whole number, at least 0.")]
    [InlineData("datagen", "fields.id.knd", "random", 3110, "Did you mean 'fields.id.kind'?")]
    [InlineData("datagen", "fields.idd.min", "1", 3110, "Did you mean 'fields.id.min'?")]
    [InlineData("datagen", "fields.id.kind", "sequence", 3112, "'fields.id.start'")]
    [InlineData("datagen", "fields.id.min", "x", 3111, "Expected a value of BIGINT.")]
    [InlineData("datagen", "fields.name.null-rate", "2", 3111, "Expected a number from 0 to 1.")]
    [InlineData("print", "standard-eror", "true", 3110, "Did you mean 'standard-error'?")]
    [InlineData("print", "standard-error", "yes", 3111, "Expected true or false.")]
    [InlineData("nexmark", "nexmark.table", "bids", 3111, "Expected one of bid, auction, person.")]
    [InlineData("nexmark", "nexmark.base-time", "soon", 3111, "Expected a time such as 2015-07-15 00:00:00")]
    [InlineData("nexmark", "nexmark.splits", "0", 3111, "Expected a whole number, 1 to 1024.")]
    [InlineData("blackhole", "path", "x", 3110, "Known are property-version, sink.changelog-mode, sink.delivery-guarantee, connector")]
    public void A_wrong_option_is_named_with_what_was_expected(
        string connector, string key, string value, int code, string message)
    {
        TableSpec table = TableSpecs.Make(Columns, ("connector", connector), (key, value));
        var error = Assert.Throws<UserException>(() => Find(connector).Validate(table, forRead: true));
        Assert.Equal(code, error.Code);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Contains(code == 3112 ? "'fields.id.start'" : $"'{key}", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("Table default_catalog.default_database.t, job.sql:3:1.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_match_in_any_case_and_common_options_are_known()
    {
        TableSpec table = TableSpecs.Make(
            Columns, ("connector", "print"), ("Print-Identifier", "x"), ("sink.parallelism", "2"));
        Find("print").Validate(table, forRead: false);
    }

    [Fact]
    public void The_table_of_connectors_is_sorted_and_each_option_has_help()
    {
        var all = ConnectorTable.Create(TextWriter.Null, TextWriter.Null);
        Assert.Equal(all.Select(connector => connector.Name).Order(StringComparer.Ordinal), all.Select(c => c.Name));
        foreach (Connector connector in all)
        {
            Assert.All(connector.Options, option => Assert.EndsWith(".", option.Help, StringComparison.Ordinal));
            Assert.Equal(connector.Options.Select(o => o.Key).Distinct().Count(), connector.Options.Count);
        }
    }

    internal static Connector Find(string name) =>
        ConnectorTable.Create(TextWriter.Null, TextWriter.Null).First(connector => connector.Name == name);
}
