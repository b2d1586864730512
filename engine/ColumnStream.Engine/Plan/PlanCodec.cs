using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Errors;

namespace ColumnStream.Engine.Plan;

/// <summary>Writes job graphs as JSON and reads them back; records travel under their wire names.</summary>
public static class PlanCodec
{
    private const int MaxDepth = 512;

    private static readonly JsonSerializerOptions Options = MakeOptions();

    /// <summary>Gets the wire names of all plan records, in ordinal order; a snapshot test guards them.</summary>
    public static IReadOnlyList<string> WireNames { get; } =
        [.. NodeTypes().Select(t => t.WireName).Order(StringComparer.Ordinal)];

    /// <summary>Writes <paramref name="graph"/> as JSON text.</summary>
    public static string Write(JobGraph graph) => JsonSerializer.Serialize(graph, Options);

    /// <summary>Reads a job graph.</summary>
    /// <exception cref="UserException">The text is no plan, or names a record of another version (CST4020).</exception>
    public static JobGraph Read(string json)
    {
        try
        {
            JobGraph graph = JsonSerializer.Deserialize<JobGraph>(json, Options)
                ?? throw new UserException(4020, "Plan is empty.");
            Validate(graph);
            return graph;
        }
        catch (Exception error) when (error is JsonException or NotSupportedException or ArgumentException)
        {
            throw new UserException(4020, $"Plan cannot be read by this version. {error.Message}", error);
        }
    }

    /// <summary>Writes a table as JSON text.</summary>
    public static string WriteTable(TableSpec table) => JsonSerializer.Serialize(table, Options);

    /// <summary>Reads a table.</summary>
    /// <exception cref="UserException">The text is no table of this version (CST4020).</exception>
    public static TableSpec ReadTable(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<TableSpec>(json, Options) ?? throw new JsonException("No table.");
        }
        catch (Exception error) when (error is JsonException or NotSupportedException or ArgumentException)
        {
            throw new UserException(4020, $"Table cannot be read by this version. {error.Message}", error);
        }
    }

    private static void Validate(JobGraph graph)
    {
        for (int i = 0; i < graph.Plan.Nodes.Count; i++)
        {
            PhysicalNode node = graph.Plan.Nodes[i];
            bool ordered = node.Id == i;
            foreach (int input in node.Inputs)
            {
                ordered &= input >= 0 && input < i;
            }

            if (!ordered)
            {
                throw new UserException(4020, $"Plan is not in post-order: node {i}.");
            }
        }
    }

    private static IEnumerable<(Type Type, string WireName)> NodeTypes() =>
        from type in typeof(PhysicalNode).Assembly.GetTypes()
        let name = type.GetCustomAttribute<PlanNodeAttribute>()
        where name is not null
        select (type, name.WireName);

    private static JsonSerializerOptions MakeOptions()
    {
        var resolver = new DefaultJsonTypeInfoResolver();
        resolver.Modifiers.Add(AddWireNames);
        var options = new JsonSerializerOptions
        {
            TypeInfoResolver = resolver,
            MaxDepth = MaxDepth,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        };
        options.Converters.Add(new JsonStringEnumConverter());
        options.Converters.Add(new ValueListConverterFactory());
        options.MakeReadOnly();
        return options;
    }

    private static void AddWireNames(JsonTypeInfo info)
    {
        for (int i = info.Properties.Count - 1; i >= 0; i--)
        {
            if (info.Properties[i].Set is null && info.Properties[i].AssociatedParameter is null)
            {
                info.Properties.RemoveAt(i);
            }
        }

        if (info.Type != typeof(PhysicalNode))
        {
            return;
        }

        info.PolymorphismOptions = new JsonPolymorphismOptions
        {
            TypeDiscriminatorPropertyName = "node",
            UnknownDerivedTypeHandling = JsonUnknownDerivedTypeHandling.FailSerialization,
        };
        foreach ((Type type, string wireName) in NodeTypes())
        {
            info.PolymorphismOptions.DerivedTypes.Add(new JsonDerivedType(type, wireName));
        }
    }

    private sealed class ValueListConverterFactory : JsonConverterFactory
    {
        public override bool CanConvert(Type typeToConvert) =>
            typeToConvert.IsGenericType && typeToConvert.GetGenericTypeDefinition() == typeof(ValueList<>);

        public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
            (JsonConverter)Activator.CreateInstance(
                typeof(ValueListConverter<>).MakeGenericType(typeToConvert.GetGenericArguments()))!;
    }

    private sealed class ValueListConverter<T> : JsonConverter<ValueList<T>>
    {
        public override ValueList<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            ValueList.Create<T>(JsonSerializer.Deserialize<T[]>(ref reader, options));

        public override void Write(Utf8JsonWriter writer, ValueList<T> value, JsonSerializerOptions options)
        {
            writer.WriteStartArray();
            foreach (T item in value)
            {
                JsonSerializer.Serialize(writer, item, options);
            }

            writer.WriteEndArray();
        }
    }
}
