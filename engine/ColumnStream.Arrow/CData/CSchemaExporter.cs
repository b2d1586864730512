using System;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.CData;

/// <summary>Gives schemas to other code of the process by the Arrow C data interface.</summary>
/// <remarks>Every structure owns its texts and children, so that a consumer may move a child out and release it later.</remarks>
public static unsafe class CSchemaExporter
{
    /// <summary>Fills <paramref name="target"/> with a schema as a record type; the consumer releases it.</summary>
    public static void Export(Schema schema, CSchema* target) =>
        Fill(target, string.Empty, new DataType(TypeId.Struct) { Children = schema.Fields }, nullable: false, schema.Metadata);

    /// <summary>Fills <paramref name="target"/> with a field; the consumer releases it.</summary>
    public static void Export(Field field, CSchema* target) =>
        Fill(target, field.Name, field.Type, field.Nullable, field.Metadata);

    private static void Fill(
        CSchema* target, string name, DataType type, bool nullable, ValueList<MetadataEntry> metadata)
    {
        string format = CFormat.Write(type);
        bool isDictionary = type.Id == TypeId.Dictionary;
        ValueList<Field> children = isDictionary ? default : type.Children;
        *target = default;
        target->Format = Text(format);
        target->Name = Text(name);
        target->Metadata = Pack(metadata);
        target->Flags = (nullable ? 2 : 0) | (!type.IsOrdered ? 0 : isDictionary ? 1 : 4);
        target->ChildCount = children.Count;
        target->Children = (CSchema**)NativeMemory.AllocZeroed((nuint)Math.Max(1, children.Count), (nuint)sizeof(CSchema*));
        target->Release = &Free;
        for (int i = 0; i < children.Count; i++)
        {
            target->Children[i] = (CSchema*)NativeMemory.AllocZeroed((nuint)sizeof(CSchema));
            Export(children[i], target->Children[i]);
        }

        if (isDictionary)
        {
            target->Dictionary = (CSchema*)NativeMemory.AllocZeroed((nuint)sizeof(CSchema));
            Export(type.Children[0], target->Dictionary);
        }
    }

    private static byte* Text(string text)
    {
        int bytes = Encoding.UTF8.GetByteCount(text);
        var target = (byte*)NativeMemory.Alloc((nuint)bytes + 1);
        Encoding.UTF8.GetBytes(text, new Span<byte>(target, bytes));
        target[bytes] = 0;
        return target;
    }

    private static byte* Pack(ValueList<MetadataEntry> metadata)
    {
        if (metadata.Count == 0)
        {
            return null;
        }

        int bytes = 4;
        foreach (MetadataEntry entry in metadata)
        {
            bytes += 8 + Encoding.UTF8.GetByteCount(entry.Key) + Encoding.UTF8.GetByteCount(entry.Value);
        }

        var target = (byte*)NativeMemory.Alloc((nuint)bytes);
        var rest = new Span<byte>(target, bytes);
        BinaryPrimitives.WriteInt32LittleEndian(rest, metadata.Count);
        rest = rest[4..];
        foreach (MetadataEntry entry in metadata)
        {
            rest = PackText(entry.Value, PackText(entry.Key, rest));
        }

        return target;
    }

    private static Span<byte> PackText(string text, Span<byte> target)
    {
        int bytes = Encoding.UTF8.GetBytes(text, target[4..]);
        BinaryPrimitives.WriteInt32LittleEndian(target, bytes);
        return target[(4 + bytes)..];
    }

    [UnmanagedCallersOnly]
    private static void Free(CSchema* schema)
    {
        for (long i = 0; i < schema->ChildCount; i++)
        {
            FreeChild(schema->Children[i]);
        }

        FreeChild(schema->Dictionary);
        NativeMemory.Free(schema->Children);
        NativeMemory.Free(schema->Format);
        NativeMemory.Free(schema->Name);
        NativeMemory.Free(schema->Metadata);
        schema->Release = null;
    }

    /// <summary>Releases a child that was not moved out, and its structure.</summary>
    private static void FreeChild(CSchema* child)
    {
        if (child is not null && child->Release is not null)
        {
            child->Release(child);
        }

        NativeMemory.Free(child);
    }
}
