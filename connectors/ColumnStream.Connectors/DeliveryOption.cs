using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Options;

namespace ColumnStream.Connectors;

/// <summary>Is the option <c>sink.delivery-guarantee</c> of sinks that cannot take a row back: they say so when they are asked.</summary>
internal static class DeliveryOption
{
    private const string Key = "sink.delivery-guarantee";

    /// <summary>Gets its definition.</summary>
    public static OptionDefinition AtLeastOnce { get; } = new(
        Key, OptionKind.Choice, "at-least-once", "at-least-once: this sink cannot give exactly-once, and refuses it.",
        Values: "at-least-once|exactly-once");

    /// <summary>Refuses exactly-once by name.</summary>
    /// <exception cref="UserException">It was asked for.</exception>
    public static void Check(OptionReader reader, string connector, string why)
    {
        if (reader.Choice(Key) == "exactly-once")
        {
            throw reader.Error(
                3111,
                $"Sink cannot give exactly-once: '{Key}' = 'exactly-once' with connector '{connector}', {why}. "
                    + "Expected at-least-once, or a connector of class A or B: jdbc, filesystem.");
        }
    }
}
