using System;
using ColumnStream.Connectors.Formats.Columns;

namespace ColumnStream.Connectors.Formats.Json;

/// <summary>Knows the fields of one record type and learns the order and spelling in which they come.</summary>
internal sealed unsafe class JsonObject
{
    /// <summary>The record ends.</summary>
    public const int Close = -1;

    /// <summary>A key that is no column.</summary>
    public const int Unknown = -2;

    /// <summary>Most fields whose arrival is noted in one word; its last bit stays free.</summary>
    public const int MaxBits = 63;

    private const int MaxNodes = 2000;
    private const int MissesBeforeChange = 16;
    private readonly int[] _buckets;
    private readonly int[] _next;
    private readonly JsonNode?[] _variants;
    private readonly JsonNode?[] _unlearned;
    private readonly JsonObject?[] _below;
    private readonly JsonKeys _firstKeys;
    private readonly JsonKeys _laterKeys;
    private int _nodes;

    public JsonObject(DecodeColumn column)
    {
        Fields = column.Children;
        _below = new JsonObject?[Fields.Length];
        _variants = new JsonNode?[Fields.Length + 2];
        _unlearned = new JsonNode?[Fields.Length + 2];
        _buckets = new int[Math.Max(16, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Fields.Length * 2))];
        _next = new int[Fields.Length];
        Array.Fill(_buckets, -1);
        for (int i = Fields.Length; i-- > 0;)
        {
            DecodeColumn inner = Fields[i];
            while (inner.HasItems)
            {
                inner = inner.Kind == ColumnKind.Map ? inner.Children[0].Children[1] : inner.Children[0];
            }

            _below[i] = inner.Kind == ColumnKind.Row ? new JsonObject(inner) : null;
            int bucket = Bucket(Fields[i].NameBytes);
            _next[i] = _buckets[bucket];
            _buckets[bucket] = i;
        }

        _firstKeys = new JsonKeys(Fields.Length);
        _laterKeys = new JsonKeys(Fields.Length);
        Start = new JsonNode([], Unknown, null, null);
        SeenMore = Fields.Length > MaxBits ? new bool[Fields.Length] : [];
    }

    /// <summary>Gets the columns of the fields.</summary>
    public DecodeColumn[] Fields { get; }

    /// <summary>Gets the state before the first key.</summary>
    public JsonNode Start { get; }

    /// <summary>Gets or sets the fields behind which the rest of a record need not be read; all ones: it must.</summary>
    public ulong Enough { get; set; } = ulong.MaxValue;

    /// <summary>Gets flags of the fields that came, for objects of more than <see cref="MaxBits"/> fields.</summary>
    public bool[] SeenMore { get; }

    /// <summary>Finds a field by name, or <see cref="Unknown"/>.</summary>
    public int Find(ReadOnlySpan<byte> name)
    {
        for (int i = _buckets[Bucket(name)]; i >= 0; i = _next[i])
        {
            if (name.SequenceEqual(Fields[i].NameBytes))
            {
                return i;
            }
        }

        return Unknown;
    }

    /// <summary>Gets the object of a field that is a row or a list of rows.</summary>
    public JsonObject? Below(int field) => _below[field];

    /// <summary>Returns a learned step that stands at <paramref name="p"/> though it was not predicted, or null.</summary>
    public JsonNode? Known(JsonNode from, byte* p)
    {
        JsonNode? node = (from == Start ? _firstKeys : _laterKeys).Find(p);
        if (node is not null && ++from.Misses % MissesBeforeChange == 0)
        {
            Predict(from, node);
        }

        return node;
    }

    /// <summary>Returns the node of a step and predicts it after <paramref name="from"/>.</summary>
    public JsonNode Learn(JsonNode from, byte* text, byte* end, int field)
    {
        int length = (int)(end - text);
        int list = field + 2;
        JsonNode? node = length > JsonNode.MaxLength || field == Unknown ? null : _variants[list];
        if (field == Unknown)
        {
            // A key that is no column is told apart by its text alone.
            node = from.First is { Field: Unknown } first && first.Length == length && first.Hit(text) ? first
                : from.Second is { Field: Unknown } second && second.Length == length && second.Hit(text) ? second : null;
        }

        while (node is not null && field != Unknown && !(node.Length == length && node.Hit(text)))
        {
            node = node.Variant;
        }

        if (node is null)
        {
            bool learn = length <= JsonNode.MaxLength && _nodes < MaxNodes;
            node = learn ? Make(new ReadOnlySpan<byte>(text, length), field) : _unlearned[list] ??= Make([], field);
            if (!learn)
            {
                return node;
            }

            _nodes++;
            (from == Start ? _firstKeys : _laterKeys).Add(node, text);
            if (field != Unknown)
            {
                node.Variant = _variants[list];
                _variants[list] = node;
            }
        }

        Predict(from, node);
        return node;
    }

    private static void Predict(JsonNode from, JsonNode node)
    {
        if (from.First != node)
        {
            from.Second = from.First;
            from.First = node;
        }
    }

    private JsonNode Make(ReadOnlySpan<byte> text, int field) =>
        new(text, field, field >= 0 ? Fields[field] : null, field >= 0 ? _below[field] : null);

    private int Bucket(ReadOnlySpan<byte> name)
    {
        uint hash = (uint)name.Length;
        foreach (byte b in name)
        {
            hash = (hash * 31) + b;
        }

        return (int)(hash ^ (hash >> 15)) & (_buckets.Length - 1);
    }
}
