using System;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ColumnStream.Connectors.Formats.Columns;
using ColumnStream.Connectors.Formats.Values;

namespace ColumnStream.Connectors.Formats.Json;

/// <summary>Is one learned step through a record: the text from the end of one value to the start of the next.</summary>
/// <remarks>The text includes commas, spaces, the key and its colon, or the closing brace: a hit consumes it all.</remarks>
internal sealed class JsonNode
{
    /// <summary>Longest text that is learned.</summary>
    public const int MaxLength = 64;

    /// <summary>The object ends.</summary>
    public const ColumnKind CloseKind = (ColumnKind)254;

    /// <summary>A key that is no column.</summary>
    public const ColumnKind UnknownKind = (ColumnKind)255;

    private readonly Vector256<byte> _low;
    private readonly Vector256<byte> _high;
    private readonly uint _lowRest;
    private readonly uint _highRest;

    /// <summary>Makes a node of at most <see cref="MaxLength"/> bytes.</summary>
    public JsonNode(ReadOnlySpan<byte> text, int field, DecodeColumn? column, JsonObject? below)
    {
        Span<byte> padded = stackalloc byte[MaxLength];
        padded.Clear();
        text.CopyTo(padded);
        _low = Vector256.Create<byte>(padded[..32]);
        _high = Vector256.Create<byte>(padded[32..]);
        _lowRest = text.Length >= 32 ? 0 : uint.MaxValue << text.Length;
        _highRest = text.Length <= 32 ? uint.MaxValue : text.Length == 64 ? 0 : uint.MaxValue << (text.Length - 32);
        Length = text.Length;
        Field = field;
        Kind = column?.Kind ?? (field == JsonObject.Close ? CloseKind : UnknownKind);
        Bit = field is >= 0 and < 64 ? 1UL << field : 0;
        Column = column;
        Below = below;
    }

    /// <summary>Gets the bytes of the text.</summary>
    public int Length { get; }

    /// <summary>Gets the field whose value follows, or one of the constants of <see cref="JsonObject"/>.</summary>
    public int Field { get; }

    /// <summary>Gets the kind of the field's column, or one of the constants.</summary>
    public ColumnKind Kind { get; }

    /// <summary>Gets the field's bit among the fields that came, or 0.</summary>
    public ulong Bit { get; }

    /// <summary>Gets the column of the field.</summary>
    public DecodeColumn? Column { get; }

    /// <summary>Gets the object of a field that is a row.</summary>
    public JsonObject? Below { get; }

    /// <summary>Gets or sets the step that came last after this one.</summary>
    public JsonNode? First { get; set; }

    /// <summary>Gets or sets the step that came before that.</summary>
    public JsonNode? Second { get; set; }

    /// <summary>Gets or sets how often neither of the two came.</summary>
    public int Misses { get; set; }

    /// <summary>Gets or sets the next text for the same field.</summary>
    public JsonNode? Variant { get; set; }

    /// <summary>Tells whether exactly this text stands at <paramref name="p"/>; 64 bytes must be readable.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public unsafe bool Hit(byte* p) => VectorSwitch.Enabled
        ? (Vector256.Equals(Vector256.Load(p), _low).ExtractMostSignificantBits() | _lowRest) == uint.MaxValue
            && (Length <= 32
                || (Vector256.Equals(Vector256.Load(p + 32), _high).ExtractMostSignificantBits() | _highRest) == uint.MaxValue)
        : HitScalar(p);

    private unsafe bool HitScalar(byte* p)
    {
        for (int i = 0; i < Length; i++)
        {
            if (p[i] != (i < 32 ? _low[i] : _high[i - 32]))
            {
                return false;
            }
        }

        return true;
    }
}
