using System;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.Sinks;
using ColumnStream.Testing.Contracts;
using Xunit;

namespace ColumnStream.Tests.Connectors;

/// <summary>Goal: every sink says honestly what it keeps. Method: ask each connector for its class, and for what it cannot give.</summary>
public sealed class DeliveryTests
{
    [Theory]
    [InlineData("print", "which cannot take a printed line back")]
    [InlineData("blackhole", "which keeps nothing")]
    public void Exactly_once_is_refused_by_name_where_it_cannot_be(string connector, string why)
    {
        TableSpec table = Table(connector, ("sink.delivery-guarantee", "exactly-once"));
        UserException error = Assert.Throws<UserException>(() => OptionTests.Find(connector).Validate(table, forRead: false));
        Assert.Equal(3111, error.Code);
        Assert.Contains($"connector '{connector}', {why}", error.Message, StringComparison.Ordinal);
        OptionTests.Find(connector).Validate(Table(connector, ("sink.delivery-guarantee", "at-least-once")), forRead: false);
    }

    [Fact]
    public void Each_sink_has_the_class_of_what_it_does()
    {
        (string, string)[] url = [("url", "jdbc:postgresql://h/d"), ("table-name", "t")];
        (string, string) loose = ("sink.delivery-guarantee", "at-least-once");
        Assert.Equal(('D', SinkGuarantee.AtLeastOnce), Class("print"));
        Assert.Equal(('D', SinkGuarantee.AtLeastOnce), Class("blackhole"));
        Assert.Equal(('B', SinkGuarantee.ExactlyOnce), Class("filesystem", ("path", "out"), ("format", "json")));
        Assert.Equal(('B', SinkGuarantee.ExactlyOnce), Class("filesystem", ("path", "oss://bucket/out"), ("format", "json")));
        Assert.Equal(('A', SinkGuarantee.ExactlyOnce), Class("jdbc", url));
        Assert.Equal(('D', SinkGuarantee.AtLeastOnce), Class("jdbc", [.. url, loose]));
        TableSpec keyed = Table("jdbc", [.. url, loose]) with { PrimaryKey = ColumnStream.Arrow.Types.ValueList.Create<int>([0]) };
        Assert.Equal(SinkGuarantee.Idempotent, OptionTests.Find("jdbc").Guarantee(keyed));
        Assert.Equal('C', OptionTests.Find("jdbc").Delivery(keyed)?.Letter);
    }

    private static (char?, SinkGuarantee) Class(string connector, params (string, string)[] options)
    {
        Connector found = OptionTests.Find(connector);
        TableSpec table = Table(connector, options);
        return (found.Delivery(table)?.Letter, found.Guarantee(table));
    }

    private static TableSpec Table(string connector, params (string, string)[] options) =>
        TableSpecs.Make([("id", SqlType.BigInt.WithNullable(false))], [("connector", connector), .. options]);
}
