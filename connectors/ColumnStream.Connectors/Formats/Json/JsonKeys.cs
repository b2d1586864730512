using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ColumnStream.Connectors.Formats.Values;

namespace ColumnStream.Connectors.Formats.Json;

/// <summary>Finds learned steps by their key, for records whose fields come in any order; what it finds is verified.</summary>
/// <remarks>First keys (<c>{"a":</c>) and later ones (<c>,"a":</c>) need tables of their own: a step knows its place.</remarks>
internal sealed unsafe class JsonKeys
{
    private readonly JsonNode?[] _nodes;
    private readonly int _shift;

    public JsonKeys(int fields)
    {
        int size = (int)BitOperations.RoundUpToPowerOf2((uint)(fields * 4) + 16);
        _nodes = new JsonNode?[size];
        _shift = 64 - BitOperations.Log2((uint)size);
    }

    /// <summary>Returns the step that stands at <paramref name="p"/>, or null when none is known.</summary>
    public JsonNode? Find(byte* p)
    {
        JsonNode? node = _nodes[Slot(p)];
        return node is not null && node.Hit(p) ? node : null;
    }

    /// <summary>Adds a step whose text stands at <paramref name="text"/>; a former one with the same slot goes.</summary>
    public void Add(JsonNode node, byte* text) => _nodes[Slot(text)] = node;

    /// <summary>Hashes the key's first eight bytes and its length; the key begins behind brace or comma, quote and one space.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Slot(byte* p)
    {
        byte* key = p + (p[1] == ' ' ? 3 : 2);
        int length = Length(key);
        ulong word = Unsafe.ReadUnaligned<ulong>(key);
        word = length < 8 ? word & ((1UL << (length * 8)) - 1) : word;
        return (int)(((word ^ (ulong)length) * 0x9E3779B97F4A7C15) >> _shift);
    }

    private static int Length(byte* key)
    {
        if (VectorSwitch.Enabled)
        {
            uint quotes = Vector256.Equals(Vector256.Load(key), Vector256.Create((byte)'"')).ExtractMostSignificantBits();
            return BitOperations.TrailingZeroCount(quotes);
        }

        int length = 0;
        while (length < 32 && key[length] != '"')
        {
            length++;
        }

        return length;
    }
}
